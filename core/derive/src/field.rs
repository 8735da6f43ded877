//! One field of a metric group.

use crate::bounds;
use crate::given::Given;
use crate::group::Group;
use crate::paths::call;
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
    if given.flatten {
        Ok(nested(group, index, field, ident, &given))
    } else {
        metric(group, index, field, ident, &given)
    }
}

fn nested(group: &Group<'_>, index: usize, field: &Field, ident: &Ident, given: &Given) -> Generated {
    let (narthex, ty) = (group.narthex, &field.ty);
    let (inner, of_type, prefix) = match &given.prefix {
        None => (quote!(&self.#ident), quote!(#ty), quote!()),
        Some(prefix) => {
            let constant = format_ident!("__PREFIX_{index}");
            let checked = call(prefix.span(), quote!(#narthex::field::prefix), quote!(#prefix));
            (
                quote!(&#narthex::Prefixed::new(#constant, &self.#ident)),
                quote!(#narthex::Prefixed<'_, &#ty>),
                quote!(const #constant: #narthex::Prefix<'static> = #checked;),
            )
        }
    };
    let collector = quote_spanned!(ty.span() => <#of_type as #narthex::Collect>);
    Generated {
        beside: quote!(),
        desc: prefix,
        described: None,
        describe: quote!(#collector::describe(#inner, each)?;),
        collect: quote!(#narthex::field::keep_on(#collector::collect(#inner, sink), &mut outcome)?;),
    }
}

fn metric(group: &Group<'_>, index: usize, field: &Field, ident: &Ident, given: &Given) -> syn::Result<Generated> {
    let (narthex, ty) = (group.narthex, &field.ty);
    // not to be met in what the application has in scope, where its types and callbacks are looked up
    let upper = ident.unraw().to_string().to_uppercase();
    let (of_type, desc) = (format_ident!("__TYPE_{index}_{upper}"), format_ident!("__DESC_{index}_{upper}"));

    let mut functions = quote!();
    // `<type as Metric>` every time, so that a type that is none is one error
    let (facts, describe, collect) = match &given.callback {
        None => {
            let metric = quote_spanned!(ty.span() => <#ty as #narthex::Metric>);
            (
                quote!(#metric::KIND, #metric::INTEGER, #metric::LABELS, #metric::LABEL_NAMES, #metric::REFUSES),
                quote!(#metric::describe(&self.#ident, &#desc, each)),
                quote!(#metric::collect(&self.#ident, &#desc, sink)),
            )
        }
        Some(read) => {
            let callback = quote_spanned!(ty.span() => <#ty as #narthex::Callback>);
            // a constant: what it names is not to be looked up where `self` and `sink` are
            let function = format_ident!("__READ_{index}_{upper}");
            functions = quote!(const #function: fn() -> #callback::Value = #read;);
            (
                quote!(#callback::KIND, <#callback::Value as #narthex::Scalar>::INTEGER, 0, &[], false),
                quote!(each(&#desc)),
                quote!({
                    let _ = &self.#ident; // not a field that is never read
                    #narthex::callback(&#desc, sink, #narthex::Scalar::number(#function()))
                }),
            )
        }
    };
    let steps = steps(group, &of_type, field, ident, given)?;
    let beside =
        given.buckets.as_ref().map(|(bounds, span)| bounds::declare(group, field, bounds, *span)).transpose()?;
    Ok(Generated {
        beside: quote!(#beside),
        desc: quote! {
            #functions
            const #of_type: #narthex::field::Field = #narthex::field::Field::new(#facts);
            static #desc: #narthex::Desc<'static> = { #steps };
        },
        described: Some(quote!(#of_type, &#desc)),
        describe: quote!(#describe?;),
        collect: quote!(#collect?;),
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

    let mut unit_check = quote!(());
    if given.unit.is_some() {
        if unit.value().is_empty() {
            return Err(Error::new(unit.span(), "a unit must not be empty: leave out `unit` where there is none"));
        }
        // a unit is never the start of a name
        let ending = format!("_{}", unit.value());
        unit_check = call(unit.span(), quote!(#narthex::field::part_of_name), quote!(#ending));
    }
    let mut steps = TokenStream::new();
    let mut step = |constant: Ident, span: Span, function: &str, arguments: TokenStream| {
        let function = Ident::new(function, span);
        let value = call(span, quote!(#narthex::field::#function), arguments);
        steps.extend(quote!(const #constant: #narthex::Desc<'static> = #value;));
        constant
    };
    let mut last = step(
        format_ident!("NAME"),
        name.span(),
        "desc",
        quote!(#of_type, (__PREFIX, UNIT_ALONE), &BYTES, #name, #help),
    );
    if given.unit.is_some() {
        last = step(format_ident!("UNIT"), unit.span(), "with_unit", quote!(#last, #unit));
    }
    if let Some((scale, span)) = given.scale {
        last = step(format_ident!("SCALE"), span, "scaled", quote!(#of_type, #last, #scale));
    }
    for (at, label) in labels.iter().enumerate() {
        let so_far = &labels[..=at];
        last = step(format_ident!("LABEL_{at}"), label.span(), "with_labels", quote!(#last, &[#(#so_far),*]));
    }
    last = step(format_ident!("LABELS"), labels_span, "labelled", quote!(#of_type, #last, &[#(#labels),*]));
    Ok(quote! {
        const COMPOSED: #narthex::ComposedName<'static> = #of_type.compose((#namespace, #subsystem), #name, #unit);
        const BYTES: [u8; COMPOSED.len()] = COMPOSED.to_array();
        const UNIT_ALONE: () = #unit_check;
        #steps
        #last
    })
}
