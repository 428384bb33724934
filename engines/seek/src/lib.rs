//! Where a lost person probably is, and who looks where (L12): particles on the walking network, search theory, routes.
//!
//! Pure: values in, values out; randomness comes from the seed that is passed in.
