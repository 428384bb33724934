//! Locators that elders wear (L7, L11, R7): devices and consent, tracks and how long they are kept, fences and alerts, and who looked.
//!
//! `model` is pure; `app` has one file per group of use cases, each of which takes a `store::Cx`.
