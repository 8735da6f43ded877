//! One field of a metric group.

use crate::attributes;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, ExprUnary, Field, GenericArgument, Lit, LitInt, LitStr, PathArguments, Type, UnOp};

const KNOWN: &str = "name, help, unit, scale, buckets(…), labels(…), callback, flatten or prefix";
const SCALES: std::ops::RangeInclusive<i8> = -18..=18;

/// What was written about a field.
#[derive(Default)]
struct Given {
    name: Option<LitStr>,
    help: Option<LitStr>,
    unit: Option<LitStr>,
    scale: Option<(i8, Span)>,
    buckets: Option<Vec<Expr>>,
    labels: Option<Vec<LitStr>>,
    callback: Option<Expr>,
    flatten: bool,
    prefix: Option<LitStr>,
}

/// The code that a field stands for.
pub struct Generated {
    /// Beside the group: bounds types, checks.
    pub beside: TokenStream,
    /// The `static` that describes it, if it is a metric of its own.
    pub desc: Option<(Ident, TokenStream)>,
    pub describe: TokenStream,
    pub collect: TokenStream,
}

/// What the fields of a group have in common.
pub struct Group<'a> {
    pub narthex: &'a TokenStream,
    pub visibility: &'a syn::Visibility,
    pub namespace: &'a str,
    pub subsystem: &'a str,
}

pub fn generate(group: &Group<'_>, field: &Field) -> syn::Result<Generated> {
    let given = read(field)?;
    let Some(ident) = &field.ident else {
        return Err(Error::new(field.span(), "the fields are the metrics, so they need names"));
    };
    if given.flatten { flattened(group, ident, &given) } else { metric(group, field, ident, &given) }
}

fn read(field: &Field) -> syn::Result<Given> {
    let mut given = Given::default();
    attributes::each(&field.attrs, KNOWN, |meta| {
        if meta.path.is_ident("flatten") {
            attributes::once(meta, given.flatten)?;
            given.flatten = true;
        } else if meta.path.is_ident("scale") {
            attributes::once(meta, given.scale.is_some())?;
            given.scale = Some(scale(&meta.value()?.parse()?)?);
        } else if meta.path.is_ident("callback") {
            attributes::once(meta, given.callback.is_some())?;
            given.callback = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("buckets") {
            attributes::once(meta, given.buckets.is_some())?;
            let content;
            syn::parenthesized!(content in meta.input);
            given.buckets = Some(content.parse_terminated(Expr::parse, syn::Token![,])?.into_iter().collect());
        } else if meta.path.is_ident("labels") {
            attributes::once(meta, given.labels.is_some())?;
            let content;
            syn::parenthesized!(content in meta.input);
            let labels = content.parse_terminated(<LitStr as Parse>::parse, syn::Token![,])?;
            given.labels = Some(labels.into_iter().collect());
        } else {
            return Ok(attributes::text(meta, "name", &mut given.name)?
                || attributes::text(meta, "help", &mut given.help)?
                || attributes::text(meta, "unit", &mut given.unit)?
                || attributes::text(meta, "prefix", &mut given.prefix)?);
        }
        Ok(true)
    })?;
    if let (Some(prefix), false) = (&given.prefix, given.flatten) {
        return Err(Error::new(
            prefix.span(),
            "a prefix goes before the names of a group: #[metrics(flatten, prefix = …)]",
        ));
    }
    Ok(given)
}

fn scale(literal: &Expr) -> syn::Result<(i8, Span)> {
    let message = "a scale is a whole number from -18 to 18, the power of ten that integers are multiplied by";
    let error = || Error::new(literal.span(), message);
    let (number, negative): (&LitInt, bool) = match literal {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => (number, false),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match &**expr {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => (number, true),
            _ => return Err(error()),
        },
        _ => return Err(error()),
    };
    let size: i8 = number.base10_parse().map_err(|_| error())?;
    let scale = if negative { -size } else { size };
    if SCALES.contains(&scale) { Ok((scale, literal.span())) } else { Err(error()) }
}

fn flattened(group: &Group<'_>, ident: &Ident, given: &Given) -> syn::Result<Generated> {
    let Given { name, help, unit, scale, buckets, labels, callback, .. } = given;
    let texts = [name, help, unit].into_iter().flatten().map(LitStr::span);
    let others = [scale.map(|(_, span)| span), callback.as_ref().map(Spanned::span)];
    let lists = [
        buckets.as_ref().and_then(|b| b.first()).map(Spanned::span),
        labels.as_ref().and_then(|l| l.first()).map(LitStr::span),
    ];
    if let Some(span) = texts.chain(others.into_iter().flatten()).chain(lists.into_iter().flatten()).next() {
        return Err(Error::new(span, "a flattened group brings its own names: only prefix goes with flatten"));
    }
    let narthex = group.narthex;
    let inner = given.prefix.as_ref().map_or_else(
        || quote!(self.#ident),
        |prefix| {
            let checked = quote_spanned! { prefix.span() =>
                const {
                    match #narthex::Prefix::new(#prefix) {
                        Ok(prefix) => prefix,
                        Err(invalid) => invalid.rule.refuse(),
                    }
                }
            };
            quote!(#narthex::Prefixed::new(#checked, &self.#ident))
        },
    );
    Ok(Generated {
        beside: quote!(),
        desc: None,
        describe: quote!(#narthex::Collect::describe(&#inner, each)?;),
        collect: quote!(#narthex::Collect::collect(&#inner, sink)?;),
    })
}

fn metric(group: &Group<'_>, field: &Field, ident: &Ident, given: &Given) -> syn::Result<Generated> {
    let (narthex, ty) = (group.narthex, &field.ty);
    let name = given.name.clone().unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
    let help = help(field, ident, given)?;
    let desc = format_ident!("{}", ident.unraw().to_string().to_uppercase());

    let (of_type, read) = match &given.callback {
        None => (quote!(<#ty as #narthex::Metric>), quote!(#narthex::Metric::collect(&self.#ident, &#desc, sink)?;)),
        Some(callback) => {
            let value = quote_spanned! { callback.span() =>
                { let value: <#ty as #narthex::Callback>::Value = (#callback)(); value }
            };
            let number = quote!(#narthex::Scalar::number(#value));
            (quote!(<#ty as #narthex::Callback>), quote!(#narthex::callback(&#desc, sink, #number)?;))
        }
    };
    let describe = match given.callback {
        None => quote!(#narthex::Metric::describe(&self.#ident, &#desc, each)?;),
        Some(_) => quote!(each(&#desc)?;),
    };

    let labels = given.labels.clone().unwrap_or_default();
    let label_checks = attributes::check_labels(narthex, &labels);
    let labels_span = labels.first().map_or_else(|| ty.span(), LitStr::span);
    let label_names = if given.callback.is_some() {
        if let Some(first) = labels.first() {
            return Err(Error::new(first.span(), "a callback gives one number, which has no labels"));
        }
        quote!(#narthex::LabelNames::NONE)
    } else {
        quote_spanned!(labels_span => #narthex::label_names(#of_type::LABEL_NAMES, #of_type::LABELS, &[#(#labels),*]))
    };

    let unit_span = given.unit.as_ref().map_or_else(|| name.span(), LitStr::span);
    let unit = given.unit.as_ref().map_or_else(String::new, LitStr::value);
    let (scale, scale_check) = scaled(narthex, &of_type, given);
    let (namespace, subsystem) = (group.namespace, group.subsystem);
    let named = quote_spanned! { name.span() =>
        match #narthex::Name::new(#narthex::constant_text(&BYTES)) {
            Ok(name) => name,
            Err(invalid) => invalid.rule.refuse(),
        }
    };
    let with_unit = quote_spanned! { unit_span =>
        match #narthex::Desc::new(#of_type::KIND, NAME, #help).with_unit(#unit) {
            Ok(desc) => desc,
            Err(invalid) => invalid.rule.refuse(),
        }
    };
    let with_labels = quote_spanned! { labels_span =>
        match WITH_UNIT.with_labels(#label_names) {
            Ok(desc) => desc,
            Err(invalid) => invalid.rule.refuse(),
        }
    };
    let static_desc = quote! {
        static #desc: #narthex::Desc<'static> = {
            const COMPOSED: #narthex::ComposedName<'static> =
                #narthex::ComposedName::new(#namespace, #subsystem, #name, #unit, #of_type::KIND);
            const BYTES: [u8; COMPOSED.len()] = COMPOSED.to_array();
            const NAME: #narthex::Name<'static> = #named;
            const WITH_UNIT: #narthex::Desc<'static> = #with_unit;
            const WITH_LABELS: #narthex::Desc<'static> = #with_labels;
            WITH_LABELS.with_scale(#scale)
        };
    };
    let buckets = given.buckets.as_ref().map(|bounds| buckets(group, field, bounds)).transpose()?;

    Ok(Generated {
        beside: quote!(#label_checks #scale_check #buckets),
        desc: Some((desc, static_desc)),
        describe,
        collect: read,
    })
}

fn help(field: &Field, ident: &Ident, given: &Given) -> syn::Result<String> {
    let help = given.help.as_ref().map_or_else(|| attributes::doc(&field.attrs), LitStr::value);
    if help.is_empty() {
        let message = format!("say what `{ident}` is: its doc comment is the HELP text (or give help = \"…\")");
        return Err(Error::new(ident.span(), message));
    }
    Ok(help)
}

fn scaled(narthex: &TokenStream, of_type: &TokenStream, given: &Given) -> (i8, TokenStream) {
    let Some((scale, span)) = given.scale else { return (0, quote!()) };
    let integer = match given.callback {
        None => quote!(#of_type::INTEGER),
        Some(_) => quote!(<#of_type::Value as #narthex::Scalar>::INTEGER),
    };
    let check = quote_spanned! { span =>
        const _: () = assert!(#integer, "a scale moves the decimal point of integers; this metric holds floats");
    };
    (scale, check)
}

/// The bounds type that the field's `Histogram<…>` names.
fn buckets(group: &Group<'_>, field: &Field, bounds: &[Expr]) -> syn::Result<TokenStream> {
    let (narthex, visibility) = (group.narthex, group.visibility);
    let Some(name) = histogram_bounds(&field.ty) else {
        let message = "buckets(…) declares the type that a Histogram names: write Histogram<Latency>, say, as the type";
        return Err(Error::new(field.ty.span(), message));
    };
    let value = value_type(field, bounds)?;
    let count = bounds.len() + 1;
    let first = bounds.first().map_or_else(|| field.ty.span(), Spanned::span);
    let check =
        quote_spanned!(first => const _: () = #narthex::bounds::#value::must(<#name as #narthex::Bounds>::BOUNDS););
    let doc = format!(
        "The upper bounds of the buckets of `{}`.",
        field.ident.as_ref().map_or_else(String::new, Ident::to_string)
    );
    Ok(quote! {
        #[doc = #doc]
        #visibility struct #name;

        impl #narthex::Bounds for #name {
            type Value = #value;
            type Buckets = [#narthex::word::Word64; #count];
            const BOUNDS: &'static [#value] = &[#(#bounds),*];
        }
        #check
    })
}

/// `Latency` in `Histogram<Latency>`, wherever in the type that is.
fn histogram_bounds(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    if last.ident == "Histogram" {
        let Type::Path(bounds) = types.next()? else { return None };
        return bounds.path.get_ident();
    }
    types.find_map(histogram_bounds)
}

/// The type that the literals have: that of a suffix, otherwise `f64`, `i32` or `u32`.
fn value_type(field: &Field, bounds: &[Expr]) -> syn::Result<Ident> {
    if bounds.is_empty() {
        return Err(Error::new(field.ty.span(), "a histogram needs at least one bucket bound below +Inf"));
    }
    let (mut suffix, mut float, mut integer, mut negative) = (None, false, false, false);
    for bound in bounds {
        let literal = match bound {
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
                negative = true;
                &**expr
            }
            other => other,
        };
        let given = match literal {
            Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => {
                integer |= !matches!(int.suffix(), "f32" | "f64");
                float |= matches!(int.suffix(), "f32" | "f64");
                int.suffix()
            }
            Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => {
                float = true;
                number.suffix()
            }
            _ => return Err(Error::new(bound.span(), "a bound is a number; for others use narthex_core::buckets!")),
        };
        if float && integer {
            return Err(Error::new(bound.span(), "the bounds are of one type: write 1.0 among floats"));
        }
        if !given.is_empty() {
            suffix = Some(Ident::new(given, bound.span()));
        }
    }
    let default = if float {
        "f64"
    } else if negative {
        "i32"
    } else {
        "u32"
    };
    Ok(suffix.unwrap_or_else(|| Ident::new(default, Span::call_site())))
}
