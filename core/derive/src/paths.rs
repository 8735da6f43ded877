//! Where the crate is that the generated code names.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// The path that was given, or that of the first of `narthex-core` and `narthex` that is a dependency.
pub fn narthex(given: Option<syn::Path>) -> TokenStream {
    find(given, &[("narthex-core", "narthex_core"), ("narthex", "narthex")])
}

/// The path that was given, or that of `narthex`.
pub fn host(given: Option<syn::Path>) -> TokenStream {
    find(given, &[("narthex", "narthex")])
}

fn find(given: Option<syn::Path>, packages: &[(&str, &str)]) -> TokenStream {
    if let Some(path) = given {
        return quote!(#path);
    }
    for (package, name) in packages {
        let name = match crate_name(package) {
            // its tests and examples are crates of their own, and its library has this name for itself
            Ok(FoundCrate::Itself) => (*name).to_owned(),
            Ok(FoundCrate::Name(renamed)) => renamed,
            Err(_) => continue,
        };
        let name = Ident::new(&name, Span::call_site());
        return quote!(::#name);
    }
    let name = Ident::new(packages.first().map_or("narthex", |(_, name)| name), Span::call_site());
    quote!(::#name)
}

/// `path(arguments)`, all at `span`: that is where the error is if the call ends a constant's evaluation.
pub fn call(span: Span, path: TokenStream, arguments: TokenStream) -> TokenStream {
    let path = at(span, path);
    quote_spanned!(span => #path(#arguments))
}

/// The same path, at `span`.
pub fn at(span: Span, path: TokenStream) -> TokenStream {
    path.into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}
