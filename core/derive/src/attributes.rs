//! Reading `#[metrics(…)]` and doc comments.

use proc_macro2::TokenStream;
use quote::quote_spanned;
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
            if take(&meta)? { Ok(()) } else { Err(meta.error(format!("unknown here; this can be {known}"))) }
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

/// A constant check that these are valid label names, each on its own with the error at the name, and together.
pub fn check_labels(narthex: &TokenStream, labels: &[LitStr]) -> TokenStream {
    let each = labels.iter().map(|label| {
        quote_spanned! { label.span() =>
            const _: () = match #narthex::LabelNames::new(&[#label]) {
                Ok(_) => (),
                Err(invalid) => invalid.rule.refuse(),
            };
        }
    });
    let last = labels.last().map_or_else(proc_macro2::Span::call_site, LitStr::span);
    let together = quote_spanned! { last =>
        const _: () = match #narthex::LabelNames::new(&[#(#labels),*]) {
            Ok(_) => (),
            Err(invalid) => match invalid.rule {
                #narthex::Rule::DuplicateLabel => invalid.rule.refuse(),
                _ => (),
            },
        };
    };
    quote::quote!(#(#each)* #together)
}
