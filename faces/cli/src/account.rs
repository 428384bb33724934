//! `mulin account …` and `mulin token …`: what the operator at the machine does for people who cannot sign in yet.
//!
//! Secrets are made here, shown once on standard output and kept only as hashes. Rights come from terms, given at the
//! desk by the security administrator or by `mulin import people`.

use crate::Env;
use crate::districts::{Target, existing};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use kernel::{Ids, Lang};
use people::app::{NewAccount, NewToken, accounts, factors, password, tokens};
use people::model::Account;
use people::policy::TokenScope;

/// Accounts of staff and volunteers.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account without any right; its first password is shown once
    Create {
        login: String,
        /// Name as shown to colleagues
        #[arg(long)]
        name: String,
        /// Language of the desk: zh-CN or en
        #[arg(long, default_value = "zh-CN")]
        lang: String,
        #[command(flatten)]
        at: At,
    },
    /// Set a new password, shown once; signs out all devices and lifts the lock-out
    Password {
        login: String,
        #[command(flatten)]
        at: At,
    },
    /// Take the second factor away, for a lost telephone; signs out all devices, and the person is told
    ResetSecondFactor {
        login: String,
        #[command(flatten)]
        at: At,
    },
    /// Stop an account until it is reactivated; its devices are signed out
    Suspend {
        login: String,
        #[command(flatten)]
        at: At,
    },
    /// Let a suspended account sign in again
    Reactivate {
        login: String,
        #[command(flatten)]
        at: At,
    },
}

/// Keys of programs that call the API in the name of an account.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a key, shown once
    Issue {
        login: String,
        /// What it is for
        #[arg(long)]
        label: String,
        /// read, raise, write, names, administer; repeat for several
        #[arg(long = "scope", default_value = "read")]
        scopes: Vec<String>,
        /// Id of the one area it is for
        #[arg(long)]
        area: Option<uuid::Uuid>,
        /// Days until it expires
        #[arg(long, default_value_t = 365)]
        days: i64,
        #[command(flatten)]
        at: At,
    },
    /// Keys of an account that work
    List {
        login: String,
        #[command(flatten)]
        at: At,
    },
    /// End a key
    Revoke {
        /// Id as shown by list
        id: uuid::Uuid,
        #[command(flatten)]
        at: At,
    },
}

/// Which district it is about.
#[derive(Debug, Args)]
pub struct At {
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
}

/// Runs `mulin account`.
pub fn run(env: &mut Env<'_>, command: &AccountCommand) -> anyhow::Result<()> {
    match command {
        AccountCommand::Create { login, name, lang, at } => {
            let target = existing(env, at.district.as_deref())?;
            let (secret, hash) = new_password(env.rt.ids())?;
            let new = NewAccount {
                login: login.clone(),
                display_name: name.clone(),
                lang: Lang::from_tag(lang),
                password: Some(hash),
                must_change_password: true,
                ..NewAccount::default()
            };
            env.rt.write_now(target.who(), move |cx| accounts::create_account(cx, &new)).map_err(explain)?;
            show_password(env, login, &secret)
        }
        AccountCommand::Password { login, at } => {
            let (target, account) = find(env, login, at)?;
            let (secret, hash) = new_password(env.rt.ids())?;
            env.rt.write_now(target.who(), move |cx| password::reset_password(cx, account.id, &hash, true))?;
            show_password(env, login, &secret)
        }
        AccountCommand::ResetSecondFactor { login, at } => {
            let (target, account) = find(env, login, at)?;
            env.rt.write_now(target.who(), move |cx| factors::reset_factor_at_the_machine(cx, account.id))?;
            Ok(writeln!(env.out, "{login} signs in with the password alone until a new one is set up")?)
        }
        AccountCommand::Suspend { login, at } => {
            let (target, account) = find(env, login, at)?;
            env.rt.write_now(target.who(), move |cx| accounts::suspend_account(cx, account.id))?;
            Ok(writeln!(env.out, "{login} is suspended")?)
        }
        AccountCommand::Reactivate { login, at } => {
            let (target, account) = find(env, login, at)?;
            env.rt.write_now(target.who(), move |cx| accounts::reactivate_account(cx, account.id))?;
            Ok(writeln!(env.out, "{login} is active again")?)
        }
    }
}

/// Runs `mulin token`.
pub fn run_token(env: &mut Env<'_>, command: &TokenCommand) -> anyhow::Result<()> {
    use secrecy::ExposeSecret as _;
    match command {
        TokenCommand::Issue { login, label, scopes, area, days, at } => {
            let area = &area.map(kernel::ids::AreaId);
            let (target, account) = find(env, login, at)?;
            let scope = |code: &String| {
                TokenScope::from_code(code)
                    .with_context(|| format!("\"{code}\" is no scope; write read, raise, write, names or administer"))
            };
            let scopes = scopes.iter().map(scope).collect::<anyhow::Result<Vec<_>>>()?;
            let expires_at = Some(env.rt.now().plus_days(*days));
            let new = NewToken { account: account.id, label: label.clone(), scopes, area: *area, expires_at };
            let (id, secret) = env.rt.write_now(target.who(), move |cx| tokens::issue(cx, &new))?;
            Ok(writeln!(env.out, "{}\n(id {}, shown only now)", secret.expose_secret(), id.0)?)
        }
        TokenCommand::List { login, at } => {
            let (target, account) = find(env, login, at)?;
            for token in env.rt.read_now(target.who(), move |cx| tokens::list(cx, account.id))? {
                let until = token.expires_at.map_or_else(|| "never".to_owned(), kernel::Moment::rfc3339);
                let scopes: Vec<&str> = token.scopes.iter().map(|s| s.code()).collect();
                writeln!(env.out, "{}  {}  expires {until}  {}", token.id.0, scopes.join(","), token.label)?;
            }
            Ok(())
        }
        TokenCommand::Revoke { id, at } => {
            let target = existing(env, at.district.as_deref())?;
            let id = people::model::TokenId(*id);
            env.rt.write_now(target.who(), move |cx| tokens::revoke(cx, id)).map_err(explain)?;
            Ok(writeln!(env.out, "the key is ended")?)
        }
    }
}

/// What was typed and cannot be, in words that mend it.
fn explain(error: people::Error) -> anyhow::Error {
    match error {
        people::Error::Invalid { field: "login", .. } => {
            anyhow::anyhow!("a login is 2–40 letters a–z, digits, dots, dashes, underlines or @")
        }
        people::Error::Store(store::Error::NotFound) => {
            anyhow::anyhow!("there is no such key in this district; mulin token list LOGIN shows those that work")
        }
        other => other.into(),
    }
}

fn find(env: &Env<'_>, login: &str, at: &At) -> anyhow::Result<(Target, Account)> {
    let target = existing(env, at.district.as_deref())?;
    let wanted = login.to_owned();
    let found = env.rt.read_now(target.who(), move |cx| accounts::by_login(cx, &wanted))?;
    let account = found.with_context(|| format!("there is no account {login} in this district"))?;
    Ok((target, account))
}

fn show_password(env: &mut Env<'_>, login: &str, secret: &str) -> anyhow::Result<()> {
    Ok(writeln!(env.out, "{login}  {secret}\n(to be changed at the first sign-in; shown only now)")?)
}

fn new_password(ids: &dyn Ids) -> anyhow::Result<(String, people::app::PasswordHash)> {
    let secret = readable_password(ids);
    let hash = password::hash(&secret.clone().into(), ids).context("hashing the password")?;
    Ok((secret, hash))
}

/// Sixteen characters without look-alikes, in groups of four: about 79 bits.
pub fn readable_password(ids: &dyn Ids) -> String {
    const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut text = String::new();
    while text.len() < 19 {
        let mut byte = [0_u8];
        ids.fill(&mut byte);
        let n = usize::from(byte[0]);
        // Bytes beyond the last whole multiple would favour the first letters.
        if n < 256 / LETTERS.len() * LETTERS.len() {
            if matches!(text.len(), 4 | 9 | 14) {
                text.push('-');
            }
            text.extend(LETTERS.get(n % LETTERS.len()).map(|b| char::from(*b)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SeededIds;

    #[test]
    fn passwords_can_be_read_out_and_differ() {
        let ids = SeededIds::new(3);
        let (a, b) = (readable_password(&ids), readable_password(&ids));
        assert_ne!(a, b);
        assert_eq!(a.len(), 19);
        assert!(a.split('-').all(|group| group.len() == 4), "{a}");
        assert!(!a.contains(['0', 'o', '1', 'l', 'i']), "{a}");
    }
}
