//! The door to the database: who, why → a transaction with a [`Cx`].

use crate::conn::{Conn, Dialect};
use crate::cx::{Cx, Mode, ReadNote};
use crate::db::{Db, Target, Task};
use crate::{Error, Keys, faults::Faults, keycheck, migrate, migrate::Migration};
use kernel::ids::DistrictId;
use kernel::{Actor, Clock, Ids, Moment, Purpose};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{broadcast, oneshot};
use uuid::Uuid;

/// Who acts and why; without it nobody reaches the database.
#[derive(Debug, Clone)]
pub struct Who {
    pub actor: Actor,
    pub purpose: Purpose,
}

impl Who {
    pub const fn new(actor: Actor, purpose: Purpose) -> Self {
        Self { actor, purpose }
    }
    /// A job of the program itself.
    pub const fn system(district: DistrictId, job: &'static str) -> Self {
        Self { actor: Actor::system(district, job), purpose: Purpose::Job }
    }
}

/// Told to everybody who listens after a commit: something about `subject` changed. Holds no data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    pub kind: &'static str,
    pub subject: Uuid,
    pub district: DistrictId,
}

/// What a [`Runtime`] is made of.
pub struct Options {
    /// `sqlite:FILE` or `postgres://…`.
    pub url: String,
    /// Reader threads (SQLite) or pooled connections (PostgreSQL); 0 chooses.
    pub connections: usize,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub keys: Keys,
}

impl Options {
    pub fn new(url: impl Into<String>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, keys: Keys) -> Self {
        Self { url: url.into(), connections: 0, clock, ids, keys }
    }
}

/// Database, clock, ids and keys of a running program. Cheap to clone.
#[derive(Clone)]
pub struct Runtime(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    db: Db,
    target: Target,
    faults: Arc<Faults>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub keys: Keys,
    signals: broadcast::Sender<Signal>,
    cached: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Runtime {
    /// Connects. Migrations are run by [`Runtime::migrate`].
    ///
    /// # Errors
    /// A wrong address, or a database that cannot be opened.
    pub fn open(options: Options) -> Result<Self, Error> {
        let target = Target::parse(&options.url)?;
        let faults = Arc::new(Faults::default());
        // Opened once here so that a wrong address is told at start, not at the first request.
        drop(target.open(true, &faults)?);
        let db = Db::start(&target, options.connections, &faults);
        Ok(Self(Arc::new(Inner {
            db,
            target,
            faults,
            clock: options.clock,
            ids: options.ids,
            keys: options.keys,
            signals: broadcast::channel(1_024).0,
            cached: RwLock::default(),
        })))
    }

    /// Runs every migration that is not yet recorded, each in a transaction of its own; returns how many ran. Refuses a
    /// database that was written under other keys.
    pub fn migrate(&self, sets: &[&[Migration]]) -> Result<usize, Error> {
        let mut conn = self.0.target.open(true, &Arc::new(Faults::default()))?;
        let ran = migrate::run(&mut conn, sets, self.0.clock.now())?;
        keycheck::check(&mut conn, &self.0.keys, self.0.ids.as_ref())?;
        Ok(ran)
    }

    pub fn now(&self) -> Moment {
        self.0.clock.now()
    }
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }
    pub fn ids(&self) -> &dyn Ids {
        self.0.ids.as_ref()
    }
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }
    pub(crate) fn target(&self) -> &Target {
        &self.0.target
    }
    pub(crate) fn shared_faults(&self) -> &Arc<Faults> {
        &self.0.faults
    }
    /// Failure on demand, for tests.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }
    /// `"sqlite"` or `"postgresql"`, to show to people.
    pub fn database_kind(&self) -> &'static str {
        match self.0.target.dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgresql",
        }
    }
    /// Signals of commits from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.0.signals.subscribe()
    }
    /// Tells listeners about a change committed by another process.
    pub fn publish(&self, signal: Signal) {
        let _ = self.0.signals.send(signal);
    }

    /// Something kept beside the database for the life of the program, such as an index built from it.
    pub fn cached<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let key = TypeId::of::<T>();
        let found = self.0.cached.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let kept = found.unwrap_or_else(|| {
            let mut map = self.0.cached.write().unwrap_or_else(PoisonError::into_inner);
            map.entry(key).or_insert_with(|| Arc::new(make())).clone()
        });
        kept.downcast().unwrap_or_else(|_| unreachable!("the map is keyed by type"))
    }

    /// Runs `f` in one write transaction and answers after its commit is durable.
    pub async fn write<T, E, F>(&self, who: Who, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let answer = self.submit(who, f, Mode::Write);
        answer.await.unwrap_or(Err(Error::Panicked)).map_err(E::from).and_then(|(result, _)| result)
    }

    /// Runs `f` on a read-only snapshot. Reads of personal data that it notes are durable before it answers.
    pub async fn read<T, E, F>(&self, who: Who, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let answer = self.submit(who.clone(), f, Mode::Read);
        let (result, notes) = answer.await.unwrap_or(Err(Error::Panicked)).map_err(E::from)?;
        if !notes.is_empty() {
            self.write(who, move |cx| cx.write_read_notes(&notes)).await?;
        }
        result
    }

    /// Blocking twin of [`Runtime::write`], for commands, jobs and tests; not for async code.
    pub fn write_now<T, E, F>(&self, who: Who, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let answer = self.submit(who, f, Mode::Write);
        answer.blocking_recv().unwrap_or(Err(Error::Panicked)).map_err(E::from).and_then(|(result, _)| result)
    }

    /// Blocking twin of [`Runtime::read`].
    pub fn read_now<T, E, F>(&self, who: Who, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let answer = self.submit(who.clone(), f, Mode::Read);
        let (result, notes) = answer.blocking_recv().unwrap_or(Err(Error::Panicked)).map_err(E::from)?;
        if !notes.is_empty() {
            self.write_now(who, move |cx| cx.write_read_notes(&notes))?;
        }
        result
    }

    /// Runs `prepare`, which writes nothing, and then `work` with what it found, in a write transaction. On SQLite `prepare`
    /// runs before it on a reader, so that nobody who waits for the one writer waits for it too; on PostgreSQL, where writers do not wait
    /// for each other, in the same transaction.
    pub async fn write_prepared<P, T, E>(
        &self,
        who: Who,
        prepare: impl FnOnce(&mut Cx<'_>) -> Result<P, E> + Send + 'static,
        work: impl FnOnce(&mut Cx<'_>, P) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        P: Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        if self.0.target.dialect() == Dialect::Postgres {
            return self.write(who, both(prepare, work)).await;
        }
        let found = self.read(who.clone(), prepare).await?;
        self.write(who, move |cx| work(cx, found)).await
    }

    /// Blocking twin of [`Runtime::write_prepared`].
    pub fn write_prepared_now<P, T, E>(
        &self,
        who: Who,
        prepare: impl FnOnce(&mut Cx<'_>) -> Result<P, E> + Send + 'static,
        work: impl FnOnce(&mut Cx<'_>, P) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        P: Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        if self.0.target.dialect() == Dialect::Postgres {
            return self.write_now(who, both(prepare, work));
        }
        let found = self.read_now(who.clone(), prepare)?;
        self.write_now(who, move |cx| work(cx, found))
    }

    fn submit<T, E, F>(&self, who: Who, f: F, mode: Mode) -> oneshot::Receiver<Answer<T, E>>
    where
        F: FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Box::new(UseCase {
            runtime: Arc::clone(&self.0),
            who: Some(who),
            f: Some(f),
            mode,
            result: None,
            signals: Vec::new(),
            notes: Vec::new(),
            reply,
        });
        match mode {
            Mode::Write => self.0.db.submit_write(task),
            Mode::Read => self.0.db.submit_read(task),
        }
        answer
    }
}

fn both<P, T, E>(
    prepare: impl FnOnce(&mut Cx<'_>) -> Result<P, E>,
    work: impl FnOnce(&mut Cx<'_>, P) -> Result<T, E>,
) -> impl FnOnce(&mut Cx<'_>) -> Result<T, E> {
    |cx| {
        let found = prepare(cx)?;
        work(cx, found)
    }
}

type Answer<T, E> = Result<(Result<T, E>, Vec<ReadNote>), Error>;

struct UseCase<T, E, F> {
    runtime: Arc<Inner>,
    who: Option<Who>,
    f: Option<F>,
    mode: Mode,
    result: Option<Result<T, E>>,
    signals: Vec<Signal>,
    notes: Vec<ReadNote>,
    reply: oneshot::Sender<Answer<T, E>>,
}

impl<T, E, F> Task for UseCase<T, E, F>
where
    F: FnOnce(&mut Cx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> bool {
        let (Some(who), Some(f)) = (self.who.take(), self.f.take()) else {
            return false;
        };
        let mut cx = Cx::new(&self.runtime, conn, who, self.mode);
        let result = f(&mut cx);
        let (signals, notes) = cx.finish();
        self.signals = signals;
        self.notes = notes;
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn writes(&self) -> bool {
        self.mode == Mode::Write
    }

    fn done(self: Box<Self>, committed: Result<(), Error>) {
        let answer = match (self.result, committed) {
            (Some(Ok(value)), Ok(())) => {
                for signal in self.signals {
                    let _ = self.runtime.signals.send(signal);
                }
                Ok((Ok(value), self.notes))
            }
            (Some(Err(error)), _) => Ok((Err(error), self.notes)),
            (_, Err(error)) => Err(error),
            (None, Ok(())) => Err(Error::Panicked),
        };
        let _ = self.reply.send(answer);
    }
}
