//! Scans and messages since one looked: for the live pages of the desk. Reads the log, so that it hears of other processes.

use super::telling;
use crate::Result;
use crate::ground::facts_of_post;
use kernel::Purpose;
use kernel::ids::{CardId, PostId, ThreadId};
use people::policy::{Action, ResourceFacts, decide, require_somewhere};
use store::{Cx, Tail};

/// Where a reader is in the log. Begin with [`News::from_now`].
#[derive(Debug, Clone)]
pub struct News {
    cards: Tail,
    threads: Tail,
}

impl News {
    /// Hears of everything after this instant.
    pub fn from_now(cx: &mut Cx<'_>) -> Result<Self> {
        Ok(Self { cards: Tail::from_now(cx, "card")?, threads: Tail::from_now(cx, "thread")? })
    }

    /// Did anything happen since the last time that the actor sees on the page of messages?
    pub fn next(&mut self, cx: &mut Cx<'_>) -> Result<bool> {
        if require_somewhere(&cx.actor, Action::WriteToFinder).is_err() {
            return Ok(false);
        }
        for id in self.cards.next(cx)? {
            if let Some(card) = telling::card(cx, CardId(id))?
                && mine(cx, card.post)?
            {
                // What is left is heard of the next time; the page is looked at anew anyhow.
                return Ok(true);
            }
        }
        for id in self.threads.next(cx)? {
            if let Some(thread) = telling::thread(cx, ThreadId(id))?
                && mine(cx, thread.post)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn mine(cx: &mut Cx<'_>, post: PostId) -> Result<bool> {
    let facts = ResourceFacts::Place(facts_of_post(cx, post)?);
    Ok(decide(&cx.actor, Purpose::Administration, Action::WriteToFinder, &facts).is_allowed())
}
