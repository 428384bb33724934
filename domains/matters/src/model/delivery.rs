//! How the answer reaches whoever raised a matter, and what counts as proof (R2).

use super::codes;
use kernel::Moment;
use kernel::ids::RaiserId;

codes! {
    /// How a raiser wants to hear.
    Channel {
        /// The answer lies at `/t`.
        Page = "page",
        Email = "email",
        Sms = "sms",
        Phone = "phone",
        /// A letter handed over against a signature.
        Paper = "paper",
        /// At the counter of a post, against a signature.
        Counter = "counter",
    }
}

codes! {
    /// How a matter came in (J1).
    Origin {
        Web = "web",
        /// The QR at a post.
        Qr = "qr",
        WalkIn = "walk_in",
        Phone = "phone",
        Field = "field",
        Email = "email",
        Open311 = "open311",
        Api = "api",
        /// From another system; outside R2 and the rates by default.
        Import = "import",
    }
}

codes! {
    /// What proves that an answer arrived.
    Proof {
        Signature = "signature",
        /// A logged call in which the answer was given.
        Call = "call",
        SmsReceipt = "sms_receipt",
        /// Accepted by the receiving server and not bounced in 24 h°.
        EmailSettled = "email_settled",
        /// The answer was opened at `/t`.
        Opened = "opened",
        /// Anonymous: it lay at `/t` for 7 d°.
        LayOpen = "lay_open",
        /// Three logged attempts failed, at different hours.
        ThreeFailed = "three_failed",
    }
}

codes! {
    /// What one attempt came to.
    DeliveryResult {
        /// Handed to the gateway or server; not yet proof.
        Sent = "sent",
        Signed = "signed",
        CallAnswered = "call_answered",
        CallFailed = "call_failed",
        SmsReceipt = "sms_receipt",
        SmsFailed = "sms_failed",
        EmailAccepted = "email_accepted",
        EmailSettled = "email_settled",
        EmailFailed = "email_failed",
        EmailBounced = "email_bounced",
        Opened = "opened",
        LayOpen = "lay_open",
        VisitFailed = "visit_failed",
    }
}

/// Attempts that must fail before a matter may close without having reached the raiser.
pub const FAILED_ATTEMPTS: usize = 3;
/// Minutes° between failed attempts that count. Ringing three times in a row is one attempt.
pub const FAILED_GAP_MINUTES: i64 = 60;
/// Hours° an accepted e-mail must not bounce.
pub const EMAIL_SETTLE_HOURS: i64 = 24;
/// Days° an anonymous raiser's answer lies open.
pub const LAY_OPEN_DAYS: i64 = 7;

impl DeliveryResult {
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::CallFailed | Self::SmsFailed | Self::EmailFailed | Self::EmailBounced | Self::VisitFailed)
    }
    /// The proof this result is on the given channel. Opening the answer and signing for it always prove it.
    pub const fn proof(self) -> Option<Proof> {
        match self {
            Self::Signed => Some(Proof::Signature),
            Self::CallAnswered => Some(Proof::Call),
            Self::SmsReceipt => Some(Proof::SmsReceipt),
            Self::EmailSettled => Some(Proof::EmailSettled),
            Self::Opened => Some(Proof::Opened),
            Self::LayOpen => Some(Proof::LayOpen),
            _ => None,
        }
    }
    /// Only the program itself may state these: they come from servers, pages and clocks, not from people.
    pub const fn only_by_system(self) -> bool {
        matches!(
            self,
            Self::Sent
                | Self::SmsReceipt
                | Self::SmsFailed
                | Self::EmailAccepted
                | Self::EmailSettled
                | Self::EmailFailed
                | Self::EmailBounced
                | Self::Opened
                | Self::LayOpen
        )
    }
}

/// One logged attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub raiser: RaiserId,
    pub at: Moment,
    pub result: DeliveryResult,
}

/// Failed attempts to reach this raiser that count, and from when on the next one will.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failed {
    pub counted: usize,
    /// When the last one that counts was made.
    pub last: Option<Moment>,
}

impl Failed {
    /// A failure sooner than this is logged and does not count.
    pub fn next_from(self) -> Option<Moment> {
        self.last.map(|at| at.plus_minutes(FAILED_GAP_MINUTES))
    }
}

/// Counts the failures of these attempts, oldest first.
pub fn failed(attempts: impl IntoIterator<Item = (Moment, DeliveryResult)>) -> Failed {
    let mut failed = Failed::default();
    for (at, _) in attempts.into_iter().filter(|(_, result)| result.is_failure()) {
        if failed.next_from().is_none_or(|from| at >= from) {
            failed = Failed { counted: failed.counted + 1, last: Some(at) };
        }
    }
    failed
}

/// What proves that this raiser has the answer: the latest proof that no later bounce took back, or three failures.
pub fn proof_of(attempts: &[Delivery], raiser: RaiserId) -> Option<Proof> {
    let mine = || attempts.iter().filter(|a| a.raiser == raiser);
    let mut proof = None;
    for attempt in mine() {
        if attempt.result == DeliveryResult::EmailBounced && proof == Some(Proof::EmailSettled) {
            proof = None;
        }
        proof = attempt.result.proof().or(proof);
    }
    let failed = failed(mine().map(|a| (a.at, a.result)));
    proof.or((failed.counted >= FAILED_ATTEMPTS).then_some(Proof::ThreeFailed))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One attempt an hour.
    fn attempts(results: &[DeliveryResult]) -> (Vec<Delivery>, RaiserId) {
        let raiser = RaiserId(uuid::Uuid::nil());
        let list = results
            .iter()
            .zip(0..)
            .map(|(result, hour)| Delivery { raiser, at: Moment::default().plus_hours(hour), result: *result })
            .collect();
        (list, raiser)
    }

    #[test]
    fn only_arrival_or_three_failures_prove_delivery() {
        use DeliveryResult as D;
        let cases: &[(&[D], Option<Proof>)] = &[
            (&[], None),
            (&[D::Sent, D::EmailAccepted], None),
            (&[D::Sent, D::EmailAccepted, D::EmailSettled], Some(Proof::EmailSettled)),
            (&[D::EmailAccepted, D::EmailBounced], None),
            (&[D::EmailSettled, D::EmailBounced], None),
            (&[D::CallFailed, D::CallFailed], None),
            (&[D::CallFailed, D::EmailFailed, D::VisitFailed], Some(Proof::ThreeFailed)),
            (&[D::CallFailed, D::CallFailed, D::CallFailed, D::CallAnswered], Some(Proof::Call)),
            (&[D::Opened], Some(Proof::Opened)),
        ];
        for (results, want) in cases {
            let (list, raiser) = attempts(results);
            assert_eq!(proof_of(&list, raiser), *want, "{results:?}");
        }
        let (list, _) = attempts(&[D::Opened]);
        assert_eq!(proof_of(&list, RaiserId(uuid::Uuid::max())), None, "another raiser's proof is not mine");
    }

    #[test]
    fn failures_in_a_row_are_one_attempt() {
        let at = |minutes: &[i64]| {
            let calls = minutes.iter().map(|m| (Moment::default().plus_minutes(*m), DeliveryResult::CallFailed));
            failed(calls)
        };
        assert_eq!(at(&[]), Failed::default());
        assert_eq!(at(&[0, 1, 2, 59]).counted, 1);
        assert_eq!(at(&[0, 60]).counted, 2, "the full hour counts");
        // Counted from the last one that counted, so that ringing every half hour still gets there.
        assert_eq!(at(&[0, 30, 60, 90, 120]).counted, 3);
        assert_eq!(at(&[0, 59]).next_from(), Some(Moment::default().plus_minutes(60)));
    }
}
