//! The bounds type that `buckets(…)` declares.

use crate::group::Group;
use crate::paths;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, ExprUnary, Field, GenericArgument, Ident, Lit, PathArguments, Type, UnOp, Visibility};

const TYPES: [&str; 6] = ["u32", "i32", "u64", "i64", "f32", "f64"];

pub fn declare(group: &Group<'_>, field: &Field, bounds: &[Expr], span: Span) -> syn::Result<TokenStream> {
    let narthex = group.narthex;
    let Some(name) = named(&field.ty) else {
        let message =
            "`buckets` declares the type that a histogram names: write `Histogram<Latency>`, say, as the type";
        return Err(Error::new(span, message));
    };
    if bounds.is_empty() {
        return Err(Error::new(span, "a histogram needs at least one bucket bound below +Inf"));
    }
    let value = Ident::new(value_type(bounds)?, Span::call_site());
    // each with the one before it, so that the error is at the bound that is wrong
    let checks = bounds.iter().enumerate().map(|(at, bound)| {
        let pair = &bounds[at.saturating_sub(1)..=at];
        let check = paths::call(bound.span(), quote!(#narthex::bounds::#value::must), quote!(&[#(#pair),*]));
        quote!(const _: () = #check;)
    });
    let visibility = visibility(group.visibility, &field.vis);
    let count = bounds.len() + 1;
    let doc = format!(" The bounds of the buckets of [`{0}`]({0}).", group.name);
    Ok(quote! {
        #[doc = #doc]
        #visibility struct #name;

        impl #narthex::Bounds for #name {
            type Value = #value;
            type Buckets = [#narthex::word::Word64; #count];
            const BOUNDS: &'static [#value] = &[#(#bounds),*];
        }
        #(#checks)*
    })
}

/// `Latency` in `Histogram<Latency>`, wherever in the type that is.
fn named(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = ungrouped(ty) else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    if last.ident == "Histogram" {
        let Type::Path(bounds) = ungrouped(types.next()?) else { return None };
        return bounds.path.get_ident();
    }
    types.find_map(named)
}

/// A type that a macro was given comes in a group.
fn ungrouped(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

/// As far as the field can be seen.
fn visibility<'a>(group: &'a Visibility, field: &'a Visibility) -> &'a Visibility {
    match (group, field) {
        (Visibility::Public(_), field) => field,
        (_, Visibility::Inherited) => field,
        (group, _) => group,
    }
}

/// The type of the literals: that of a suffix, otherwise `f64`, `i32` or `u32`.
fn value_type(bounds: &[Expr]) -> syn::Result<&'static str> {
    let literals = bounds.iter().map(literal).collect::<syn::Result<Vec<_>>>()?;
    let float = literals.first().is_some_and(|first| first.float);
    if let Some((_, bound)) = literals.iter().zip(bounds).find(|(literal, _)| literal.float != float) {
        return Err(Error::new(bound.span(), "bounds are all integers or all floats: write `1.0` among floats"));
    }
    let mut suffix = None;
    for (literal, bound) in literals.iter().zip(bounds).filter(|(literal, _)| !literal.suffix.is_empty()) {
        let Some(ty) = TYPES.into_iter().find(|ty| *ty == literal.suffix) else {
            let message = format!("a histogram observes {}, not `{}`", TYPES.join(", "), literal.suffix);
            return Err(Error::new(bound.span(), message));
        };
        if suffix.is_some_and(|suffix| suffix != ty) {
            return Err(Error::new(
                bound.span(),
                "bounds are of one type: give all the same suffix, or only the first",
            ));
        }
        suffix = Some(ty);
    }
    let negative = literals.iter().any(|literal| literal.negative);
    let ty = suffix.unwrap_or(if float {
        "f64"
    } else if negative {
        "i32"
    } else {
        "u32"
    });
    let largest = match ty {
        "u32" => u64::from(u32::MAX),
        "i32" => i32::MAX as u64 + u64::from(negative),
        _ => u64::MAX,
    };
    if let Some((_, bound)) = literals.iter().zip(bounds).find(|(literal, _)| literal.size > largest) {
        let wide = ty.replace("32", "64");
        return Err(Error::new(bound.span(), format!("this does not fit into {ty}: give a bound the suffix `{wide}`")));
    }
    Ok(ty)
}

struct Literal<'a> {
    suffix: &'a str,
    negative: bool,
    float: bool,
    size: u64,
}

fn literal(bound: &Expr) -> syn::Result<Literal<'_>> {
    let (negative, number) = match bound {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => (true, &**expr),
        other => (false, other),
    };
    match number {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) if !int.suffix().starts_with('f') => {
            Ok(Literal { suffix: int.suffix(), negative, float: false, size: int.base10_parse()? })
        }
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => {
            Ok(Literal { suffix: int.suffix(), negative, float: true, size: 0 })
        }
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => {
            Ok(Literal { suffix: float.suffix(), negative, float: true, size: 0 })
        }
        _ => Err(Error::new(
            bound.span(),
            "a bound is a number; for bounds by formula leave out `buckets` here and declare the type with the `buckets!` macro",
        )),
    }
}
