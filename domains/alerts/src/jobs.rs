//! The jobs of this crate: `notify.*` and `deliver.*` of `matters::events`, and one job per message.

use crate::Error;
use crate::app::outbox::{self, SEND};
use crate::app::tell::{self, HasMail, HasSms};
use crate::app::{family, locators, lost, neighbours, push_queue, relays, robots, sms, webhook_queue};
use crate::config::AlertsConfig;
use crate::mail::{Mailer, Sent};
use crate::outgoing::Outgoing;
use crate::relay::HttpRelay;
use crate::sms::Handed;
use ::lost::events::{TellFamily, TellStaff};
use care::events::{TellChange, TellDesk, TellMessage, TellOldCard, TellPlan, TellScan};
use matters::app::data_requests::TellDeciders;
use matters::events::{DeliverAnswer, NotifyOwner, NotifyRaiser, NotifySupervisor, NotifyVerifiers};
use people::app::break_glass::TellSupervisor;
use people::app::demands::TellApprovers;
use people::policy::jobs as names;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use store::jobs::{Handlers, Job, JobError, MAX_ATTEMPTS};
use store::{Cx, Runtime, Who};
use uuid::Uuid;

/// Everything this crate does in the background. `serve` merges it with the handlers of `people` and `matters`.
pub fn handlers(config: AlertsConfig) -> Handlers {
    let mailer = config.mail.as_ref().map(|mail| Arc::new(Mailer::new(mail)));
    let mail = HasMail(mailer.is_some());
    let config = Arc::new(config);
    let out = Arc::new(Outgoing::new(&config.allow));
    let sms = HasSms(config.sms.is_some());
    let (sms_config, sms_out) = (Arc::clone(&config), Arc::clone(&out));
    let (family_config, family_sms, family_out) = (Arc::clone(&config), Arc::clone(&config), Arc::clone(&out));
    let family_mailer = mailer.clone();
    let (push_config, push_out, pushes) = (Arc::clone(&config), Arc::clone(&out), config.push.is_some());
    let (robots, robot_out, followed) = (Arc::clone(&config), Arc::clone(&out), Arc::clone(&config));
    let staff = Arc::clone(&config);
    let relay = config.relay.clone().map(|relay| HttpRelay::new(relay, Arc::clone(&out)));
    Handlers::default()
        .on(NotifyOwner::KIND, move |rt, job| {
            let (n, key): (NotifyOwner, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| tell::tell(cx, mail, n.account, &n.reason, n.matter, &key))
        })
        .on(NotifySupervisor::KIND, move |rt, job| {
            let (n, key): (NotifySupervisor, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| tell::tell(cx, mail, n.account, &n.level, n.matter, &key))
        })
        .on(NotifyVerifiers::KIND, move |rt, job| {
            let (n, key): (NotifyVerifiers, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| tell::tell_verifiers(cx, mail, n.matter, &n.not, &key))
        })
        .on(DeliverAnswer::KIND, move |rt, job| {
            let (n, key): (DeliverAnswer, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| tell::deliver(cx, (mail, sms), &n, &key))
        })
        .on(NotifyRaiser::KIND, move |rt, job| {
            let (n, key): (NotifyRaiser, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| tell::tell_raiser(cx, mail, &n, &key))
        })
        .on(TellSupervisor::OPENED, move |rt, job| {
            let n: TellSupervisor = payload(job)?;
            run(rt, job, move |cx| tell::window_opened(cx, mail, &n))
        })
        .on(TellSupervisor::LATE, move |rt, job| {
            let n: TellSupervisor = payload(job)?;
            run(rt, job, move |cx| tell::window_late(cx, mail, &n))
        })
        .on(TellApprovers::ASKED, |rt, job| {
            let n: TellApprovers = payload(job)?;
            run(rt, job, move |cx| tell::demand_asked(cx, &n))
        })
        .on(TellApprovers::TELL, |rt, job| {
            let n: TellApprovers = payload(job)?;
            run(rt, job, move |cx| tell::demand_to_tell(cx, &n))
        })
        .on(TellDeciders::KIND, |rt, job| {
            let n: TellDeciders = payload(job)?;
            run(rt, job, move |cx| tell::data_request(cx, &n))
        })
        .on(TellScan::KIND, move |rt, job| {
            let (n, key): (TellScan, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| family::scanned(cx, (mail, sms), &n, &key))
        })
        .on(TellMessage::KIND, move |rt, job| {
            let (n, key): (TellMessage, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| family::message(cx, (mail, sms), &n, &key))
        })
        .on(TellPlan::KIND, move |rt, job| {
            let (n, key): (TellPlan, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| family::plan_opened(cx, (mail, sms), &n, &key))
        })
        .on(TellChange::KIND, move |rt, job| {
            let (n, key): (TellChange, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| family::changed(cx, (mail, sms), &n, &key))
        })
        .on(TellOldCard::KIND, |rt, job| {
            let (n, key): (TellOldCard, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| family::old_card(cx, &n, &key))
        })
        .on(TellDesk::KIND, |rt, job| {
            let (n, key): (TellDesk, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| family::look(cx, &n, &key))
        })
        .on(family::MAIL, move |rt, job| match &family_mailer {
            Some(mailer) => mail_family(rt, job, &family_config, mailer),
            None => Err(JobError::Retry("no mail server is set up".into())),
        })
        .on(family::SMS, move |rt, job| sms_family(rt, job, &family_sms, &family_out))
        .on(TellStaff::KIND, move |rt, job| {
            let (n, key): (TellStaff, _) = (payload(job)?, job_key(job));
            let settings = Arc::clone(&staff);
            run(rt, job, move |cx| lost::staff(cx, &settings, mail, &n, &key))
        })
        .on(TellFamily::KIND, move |rt, job| {
            let (n, key): (TellFamily, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| lost::family(cx, (mail, sms), &n, &key))
        })
        .on(::locators::events::TellFamily::KIND, move |rt, job| {
            let (n, key): (::locators::events::TellFamily, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| locators::family(cx, (mail, sms), &n, &key))
        })
        .on(::locators::events::TellPost::KIND, move |rt, job| {
            let (n, key): (::locators::events::TellPost, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| locators::post(cx, mail, &n, &key))
        })
        .on(care::app::watch::TellWorry::KIND, move |rt, job| {
            let (n, key): (care::app::watch::TellWorry, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| neighbours::worry(cx, (mail, sms), &n, &key))
        })
        .on(care::events::TellColleagues::KIND, |rt, job| {
            let (n, key): (care::events::TellColleagues, _) = (payload(job)?, job_key(job));
            run(rt, job, move |cx| neighbours::colleagues(cx, &n, &key))
        })
        .on(SEND, move |rt, job| match &mailer {
            Some(mailer) => send(rt, job, &config, mailer),
            None => Err(JobError::Retry("no mail server is set up".into())),
        })
        .on(sms::SEND, move |rt, job| send_sms(rt, job, &sms_config, &sms_out))
        .on(sms::WAIT, move |rt, job| {
            let id = message_of(job)?;
            run(rt, job, move |cx| sms::waited(cx, id))
        })
        .on(robots::PUSH, move |rt, job| robots::push(rt, job, &robots, &robot_out))
        .following(move |rt, district| robots::follow(rt, district, &followed.robots))
        .on(push_queue::SEND, move |rt, job| push_queue::send(rt, job, &push_config, &push_out))
        .following(move |rt, district| if pushes { push_queue::follow(rt, district) } else { Ok(()) })
        .on(webhook_queue::PUSH, move |rt, job| webhook_queue::push(rt, job, &out))
        .following(webhook_queue::follow)
        .following(move |rt, district| relay.as_ref().map_or(Ok(()), |relay| relays::follow(rt, district, relay)))
}

fn payload<T: DeserializeOwned>(job: &Job) -> Result<T, JobError> {
    serde_json::from_value(job.payload.clone()).map_err(|e| JobError::Dead(e.to_string()))
}

fn job_key(job: &Job) -> String {
    format!("{}/{}", job.kind, job.key)
}

fn run<T: Send + 'static>(
    rt: &Runtime,
    job: &Job,
    f: impl FnOnce(&mut Cx<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, JobError> {
    rt.write_now(Who::system(job.district, names::DELIVERY), f).map_err(JobError::from)
}

/// Three steps, so that no transaction waits for a mail server: read, send, write down. A crash between the last two
/// sends the same mail, with the same id, again.
fn send(rt: &Runtime, job: &Job, config: &Arc<AlertsConfig>, mailer: &Mailer) -> Result<(), JobError> {
    let id = message_of(job)?;
    let settings = Arc::clone(config);
    let Some((message, letter)) = run(rt, job, move |cx| outbox::prepare(cx, &settings, id))? else { return Ok(()) };
    let sent = mailer.send(&letter, rt.now());
    let last = job.attempts + 1 >= MAX_ATTEMPTS;
    let outcome = sent.clone();
    run(rt, job, move |cx| outbox::note(cx, HasMail(true), &message, &outcome, last))?;
    match sent {
        Sent::Later(why) => Err(JobError::Retry(why)),
        Sent::Accepted | Sent::Refused(_) => Ok(()),
    }
}

/// As [`send`], to a contact of an elder.
fn mail_family(rt: &Runtime, job: &Job, config: &Arc<AlertsConfig>, mailer: &Mailer) -> Result<(), JobError> {
    let (id, settings) = (message_of(job)?, Arc::clone(config));
    let Some(letter) = run(rt, job, move |cx| family::prepare_mail(cx, &settings, id))? else { return Ok(()) };
    let sent = mailer.send(&letter, rt.now());
    let (outcome, last) = (sent.clone(), job.attempts + 1 >= MAX_ATTEMPTS);
    run(rt, job, move |cx| family::note_mail(cx, id, &outcome, last))?;
    match sent {
        Sent::Later(why) => Err(JobError::Retry(why)),
        Sent::Accepted | Sent::Refused(_) => Ok(()),
    }
}

/// As [`send_sms`], to a contact of an elder.
fn sms_family(rt: &Runtime, job: &Job, config: &Arc<AlertsConfig>, out: &Outgoing) -> Result<(), JobError> {
    let (id, settings) = (message_of(job)?, Arc::clone(config));
    let Some(gateway) = config.sms.clone() else { return Err(JobError::Retry("no SMS gateway is set up".into())) };
    let compose = gateway.clone();
    let call = run(rt, job, move |cx| family::prepare_sms(cx, &settings, &compose, id))?;
    let Some(call) = call else { return Ok(()) };
    let handed = gateway.read(&out.call(&call, rt.now()));
    let (outcome, last) = (handed.clone(), job.attempts + 1 >= MAX_ATTEMPTS);
    run(rt, job, move |cx| family::note_sms(cx, id, &outcome, last))?;
    match handed {
        Handed::Later(why) => Err(JobError::Retry(why)),
        Handed::Taken { .. } | Handed::Refused(_) => Ok(()),
    }
}

fn message_of(job: &Job) -> Result<Uuid, JobError> {
    let id = job.payload.get("message").and_then(|m| m.as_str()).and_then(|m| Uuid::parse_str(m).ok());
    id.ok_or_else(|| JobError::Dead("no message in the payload".into()))
}

/// As [`send`], to the gateway of text messages. Gateways know no "the same again": a crash between the last two steps can
/// send it twice, which is better than never.
fn send_sms(rt: &Runtime, job: &Job, config: &Arc<AlertsConfig>, out: &Outgoing) -> Result<(), JobError> {
    let id = message_of(job)?;
    let settings = Arc::clone(config);
    let Some(gateway) = config.sms.clone() else { return Err(JobError::Retry("no SMS gateway is set up".into())) };
    let compose = gateway.clone();
    let Some((message, call)) = run(rt, job, move |cx| sms::prepare(cx, &settings, &compose, id))? else {
        return Ok(());
    };
    let handed = gateway.read(&out.call(&call, rt.now()));
    let last = job.attempts + 1 >= MAX_ATTEMPTS;
    let outcome = handed.clone();
    run(rt, job, move |cx| sms::note(cx, &message, &outcome, last))?;
    match handed {
        Handed::Later(why) => Err(JobError::Retry(why)),
        Handed::Taken { .. } | Handed::Refused(_) => Ok(()),
    }
}
