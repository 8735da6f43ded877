//! Reading `#[metrics(…)]` and doc comments.

use crate::paths;
use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

/// Gives each entry of `#[metrics(…)]` to `take`, which answers whether it knows it.
pub fn each(
    attributes: &[Attribute],
    known: &str,
    mut take: impl FnMut(&ParseNestedMeta<'_>) -> syn::Result<bool>,
) -> syn::Result<()> {
    for attribute in attributes.iter().filter(|a| a.path().is_ident("metrics")) {
        attribute.parse_nested_meta(|meta| {
            if take(&meta)? { Ok(()) } else { Err(meta.error(format!("unknown key; known here: {known}"))) }
        })?;
    }
    Ok(())
}

/// Takes `key = "text"` into `place`; whether this was it.
pub fn text(meta: &ParseNestedMeta<'_>, key: &str, place: &mut Option<LitStr>) -> syn::Result<bool> {
    let this = meta.path.is_ident(key);
    if this {
        once(meta, place.is_some())?;
        *place = Some(meta.value()?.parse()?);
    }
    Ok(this)
}

pub fn once(meta: &ParseNestedMeta<'_>, given: bool) -> syn::Result<()> {
    if given { Err(meta.error("given twice")) } else { Ok(()) }
}

/// The lines of the doc comment as one.
pub fn doc(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &pair.value
        {
            lines.push(line.value().trim().to_owned());
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join(" ")
}

/// What all of them gave, or all of their errors.
pub fn all<T>(results: impl Iterator<Item = syn::Result<T>>) -> syn::Result<Vec<T>> {
    let (mut all, mut errors) = (Vec::new(), None::<syn::Error>);
    for result in results {
        match (result, &mut errors) {
            (Ok(one), _) => all.push(one),
            (Err(error), Some(errors)) => errors.combine(error),
            (Err(error), None) => errors = Some(error),
        }
    }
    errors.map_or(Ok(all), Err)
}

/// A constant check that these are valid label names, with the error at the one that is not.
pub fn check_labels(narthex: &TokenStream, labels: &[LitStr]) -> TokenStream {
    let checks = labels.iter().enumerate().map(|(at, label)| {
        let so_far = &labels[..=at];
        let check = paths::call(label.span(), quote!(#narthex::field::last_label), quote!(&[#(#so_far),*]));
        quote!(const _: () = #check;)
    });
    quote!(#(#checks)*)
}
