//! One field of a metric group.

use crate::bounds;
use crate::given::Given;
use crate::group::Group;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Error, Field, LitStr};

/// The code that a field stands for.
pub struct Generated {
    /// The bounds type.
    pub beside: TokenStream,
    /// The `static` that describes it, if it is a metric of its own.
    pub desc: TokenStream,
    /// What its type says, and the description.
    pub described: Option<TokenStream>,
    pub describe: TokenStream,
    pub collect: TokenStream,
}

pub fn generate(group: &Group<'_>, index: usize, field: &Field) -> syn::Result<Generated> {
    let given = Given::read(field)?;
    let Some(ident) = &field.ident else {
        return Err(Error::new(field.span(), "the fields are the metrics, so they need names"));
    };
    if given.flatten { Ok(nested(group, field, ident, &given)) } else { metric(group, index, field, ident, &given) }
}

fn nested(group: &Group<'_>, field: &Field, ident: &Ident, given: &Given) -> Generated {
    let (narthex, ty) = (group.narthex, field.ty.span());
    let inner = given.prefix.as_ref().map_or_else(
        || quote!(self.#ident),
        |prefix| {
            let checked = quote_spanned!(prefix.span() => const { #narthex::field::prefix(#prefix) });
            quote!(#narthex::Prefixed::new(#checked, &self.#ident))
        },
    );
    let collect = quote_spanned!(ty => #narthex::Collect::collect(&#inner, sink));
    Generated {
        beside: quote!(),
        desc: quote!(),
        described: None,
        describe: quote_spanned!(ty => #narthex::Collect::describe(&#inner, each)?;),
        collect: quote!(#narthex::field::keep_on(#collect, &mut outcome)?;),
    }
}

fn metric(group: &Group<'_>, index: usize, field: &Field, ident: &Ident, given: &Given) -> syn::Result<Generated> {
    let (narthex, ty) = (group.narthex, &field.ty);
    // not to be met in what the application has in scope, where its types and callbacks are looked up
    let upper = ident.unraw().to_string().to_uppercase();
    let (of_type, desc) = (format_ident!("__TYPE_{index}_{upper}"), format_ident!("__DESC_{index}_{upper}"));

    let (kind, describe, collect) = match &given.callback {
        None => (
            quote_spanned!(ty.span() => #narthex::field::Field::metric::<#ty>()),
            quote_spanned!(ty.span() => #narthex::Metric::describe(&self.#ident, &#desc, each)?;),
            quote_spanned!(ty.span() => #narthex::Metric::collect(&self.#ident, &#desc, sink)?;),
        ),
        Some(callback) => (
            quote_spanned!(ty.span() => #narthex::field::Field::callback::<#ty>()),
            quote!(each(&#desc)?;),
            quote_spanned!(callback.span() => #narthex::field::collect_callback(&self.#ident, &#desc, sink, #callback)?;),
        ),
    };
    let steps = steps(group, &of_type, field, ident, given)?;
    let beside =
        given.buckets.as_ref().map(|(bounds, span)| bounds::declare(group, field, bounds, *span)).transpose()?;
    Ok(Generated {
        beside: quote!(#beside),
        desc: quote! {
            const #of_type: #narthex::field::Field = #kind;
            static #desc: #narthex::Desc<'static> = { #steps };
        },
        described: Some(quote!(#of_type, &#desc)),
        describe,
        collect,
    })
}

/// The description, step by step: each step is a constant of its own, at the span of what it checks, and needs the one
/// before, so that one mistake is one error.
fn steps(group: &Group<'_>, of_type: &Ident, field: &Field, ident: &Ident, given: &Given) -> syn::Result<TokenStream> {
    let Group { narthex, namespace, subsystem, .. } = group;
    let name = given.name.clone().unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
    let help = given.help(field, ident)?;
    let unit = given.unit.clone().unwrap_or_else(|| LitStr::new("", name.span()));
    let (labels, labels_span) = given.labels.as_ref().map_or((&[][..], field.ty.span()), |(all, span)| (all, *span));

    let mut steps = TokenStream::new();
    if given.unit.is_some() {
        let length = unit.value().len() + 1;
        steps.extend(quote_spanned!(unit.span() => const __UNIT: () = #narthex::field::unit::<#length>(#unit);));
    } else {
        steps.extend(quote!(
            const __UNIT: () = ();
        ));
    }
    let mut count = 0;
    let mut step = |span: Span, value: TokenStream| {
        let constant = format_ident!("__STEP_{count}");
        steps.extend(quote_spanned!(span => const #constant: #narthex::Desc<'static> = #value;));
        count += 1;
        constant
    };
    let desc = quote_spanned!(name.span() => #of_type.desc(&__BYTES, #name, #help));
    let mut last = step(name.span(), quote!({ let ((), ()) = (__PREFIX, __UNIT); #desc }));
    if given.unit.is_some() {
        last = step(unit.span(), quote_spanned!(unit.span() => #narthex::field::with_unit(#last, #unit)));
    }
    if let Some((scale, span)) = given.scale {
        last = step(span, quote_spanned!(span => #of_type.scaled(#last, #scale)));
    }
    for (at, label) in labels.iter().enumerate() {
        let so_far = &labels[..=at];
        let value = quote_spanned!(label.span() => #narthex::field::with_labels(#last, &[#(#so_far),*]));
        last = step(label.span(), value);
    }
    let labelled = quote_spanned!(labels_span => #of_type.labelled(#last, &[#(#labels),*]));
    Ok(quote! {
        const __NAME: #narthex::ComposedName<'static> = #of_type.compose((#namespace, #subsystem), #name, #unit);
        const __BYTES: [u8; __NAME.len()] = __NAME.to_array();
        #steps
        #labelled
    })
}
