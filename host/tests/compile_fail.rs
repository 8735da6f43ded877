//! What the attributes refuse, and how the errors read: `ui/NAME.rs` does not compile, with the errors in
//! `ui/NAME.stderr`.
//!
//! After a change, look at what `TRYBUILD=overwrite cargo test -p narthex --test compile_fail` writes, as somebody would
//! who made the mistake.

#[test]
fn mistakes_are_explained_where_they_are() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
