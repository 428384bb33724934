//! A real OpenID Connect provider (the npm package oidc-provider), started for a test.

use crate::http::{Client, Reply};
use crate::program::Program;
use crate::{browser, files};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A provider, ended when dropped.
#[derive(Debug)]
pub struct Provider {
    _program: Program,
    base: String,
}

impl Provider {
    /// Starts on this port, for the sign-in `code` of the site at `site`.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn start(port: u16, site: &str, code: &str) -> Self {
        let base = format!("http://127.0.0.1:{port}");
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "TERM", "--", "node"])
            .arg(files::root().join("tests/e2e/provider.mjs"))
            .args([port.to_string().as_str(), site, code])
            .env("E2E_MODULES", browser::node_modules())
            .stdin(Stdio::null());
        let mut program = Program::start(&mut command);
        let described = || {
            let reply = Client::new(&base).try_get("/.well-known/openid-configuration").ok()?;
            (reply.status == 200).then_some(())
        };
        program.wait_for(Duration::from_secs(30), described);
        Self { _program: program, base }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// Goes through its pages as this person, from the address that Mulin sends to; answers with the address it sends back
    /// to. `visitor` is the browser there: who is signed in is not asked again.
    ///
    /// # Panics
    /// When its pages are not as expected.
    pub fn walk(&self, visitor: &mut Client, to: &str, login: &str, factor: bool) -> String {
        self.answer(visitor, to, &[("login", login), ("factor", if factor { "1" } else { "" }), ("go", "in")])
    }

    /// As [`Self::walk`], but whoever it is gives up there.
    pub fn give_up(&self, visitor: &mut Client, to: &str) -> String {
        self.answer(visitor, to, &[("go", "out")])
    }

    fn answer(&self, visitor: &mut Client, to: &str, form: &[(&str, &str)]) -> String {
        let mut reply: Reply = visitor.get(to);
        for _ in 0..6 {
            if reply.status == 200 {
                let text = reply.text();
                let action = text.split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
                let action = action.unwrap_or_else(|| panic!("no form: {text}")).to_owned();
                reply = visitor.post(&action, form);
                continue;
            }
            let next = reply.location();
            if !next.starts_with('/') && !next.starts_with(&self.base) {
                return next;
            }
            reply = visitor.get(&next);
        }
        panic!("the provider does not come to an end: {}", reply.text())
    }
}
