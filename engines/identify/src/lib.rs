//! Who is this? Ranks registered people by what somebody describes of a lost person.
//!
//! Evidence is weighed as by Fellegi and Sunter (A Theory for Record Linkage, JASA 64, 1969): each field gives
//! log2(m/u) bits, where m is the probability of what was observed if this is the person, and u the same for anybody
//! in the registry. Here u is not a second table of rates but the mean of m over the registry, so that a rare surname
//! or dialect weighs more than a common one. A field that was not observed, or not registered, gives 0 bits. Nothing
//! excludes anybody. Bits, the history of the person and the chance that the person was never registered give
//! probabilities by Bayes' rule; they sum to 1.
//!
//! ```
//! use identify::{Index, Profile, Registered, Sex, Sighting};
//! let people = vec![
//!     Registered { id: "a".into(), sex: Some(Sex::Female), birth_year: Some(1941), ..Registered::default() },
//!     Registered { id: "b".into(), sex: Some(Sex::Male), birth_year: Some(1958), ..Registered::default() },
//! ];
//! let index = Index::new(people);
//! let seen = Sighting { sex: Some(Sex::Female), year: Some(2026), age: Some(84.0), ..Sighting::default() };
//! let answer = index.identify(&Profile::default(), &seen, 8);
//! assert_eq!(index.person(answer.candidates[0].person).id, "a");
//! let sum: f64 = answer.candidates.iter().map(|c| c.p).sum::<f64>() + answer.not_registered;
//! assert!((sum - 1.0).abs() < 1e-9);
//! ```

mod fit;
mod index;
mod marks;
mod observed;
mod person;
mod place;
mod profile;
mod surname;

pub use fit::{Case, fit};
pub use index::{Answer, Candidate, Evidence, Field, Index};
pub use person::{Build, Registered, Sex, Sighting};
pub use profile::{Profile, ProfileError};
