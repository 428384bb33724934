//! What a finder, the family and the post write to each other (L5).

use super::codes;

codes! {
    /// Who wrote something.
    From {
        Finder = "finder",
        Family = "family",
        Post = "post",
    }
}

codes! {
    Kind {
        Words = "words",
        /// Where the finder is, said once.
        Place = "place",
    }
}

codes! {
    /// Why a thread is over. Nobody writes in it any more, and its words are erased later.
    CloseReason {
        /// The elder is home, or in good hands.
        Home = "home",
        /// The finder does not want to be written to any more.
        ByFinder = "by_finder",
        /// The post ended it.
        ByPost = "by_post",
        /// Somebody reported it; the post looks at it.
        Reported = "reported",
        /// Nobody wrote for long.
        Quiet = "quiet",
    }
}

/// Longest message in characters.
pub const LONGEST: usize = 500;
/// Messages that one side may write in ten minutes.
pub const PER_TEN_MINUTES: i64 = 12;
/// Messages that one side may write in one thread.
pub const PER_THREAD: i64 = 200;
