//! The attributes that measure functions.

use crate::paths;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprAsync, Item, ItemFn, Path, ReturnType, Stmt, Token, TraitItemFn, Type, parse_quote};

pub use errors::count_errors;

mod errors;

/// `#[timed(METRIC)]`
pub fn timed(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    guarded("timed", "HISTOGRAM", "start_timer", arguments, item)
}

/// `#[track_inprogress(GAUGE)]`
pub fn track_inprogress(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    guarded("track_inprogress", "GAUGE", "track_inprogress", arguments, item)
}

/// A function whose body a guard sees through to its end.
fn guarded(
    attribute: &str,
    metric: &str,
    guard: &str,
    arguments: TokenStream,
    item: TokenStream,
) -> syn::Result<TokenStream> {
    let mut function = function(attribute, item)?;
    let mut narthex = None;
    let metric = arguments_of(attribute, metric, arguments, |key, input| {
        if key != "crate" {
            return Ok(Err("crate"));
        }
        narthex = Some(input.parse()?);
        Ok(Ok(()))
    })?;
    let guard = syn::Ident::new(guard, Span::call_site());
    let narthex = paths::host(narthex);
    let lent = lend(&metric);
    let begin = quote_spanned!(at(&metric)=> #narthex::attribute::#guard(metric));
    replace_body(&mut function, |_, body| {
        let hygienic = quote_spanned!(at(&metric)=> let _guard = #begin;);
        quote!(#lent #hygienic #body)
    });
    Ok(function.into_token_stream())
}

/// The metric, evaluated once. What is borrowed on the way is given back at once: a lock that the expression takes is not
/// held while the function runs.
fn lend(metric: &Expr) -> TokenStream {
    quote_spanned!(at(metric)=> let metric = &#metric;)
}

/// Where errors about the metric belong, with names that the function's body cannot see.
fn at(metric: &Expr) -> Span {
    Span::mixed_site().located_at(metric.span())
}

/// Where the body is that runs when the function is called and, if it is async, awaited.
enum Body {
    Here,
    Async,
    /// In a function that is not async but answers an async block: what `async_trait` makes.
    Within,
}

/// Puts other statements between the braces of the body.
fn replace_body(function: &mut ItemFn, make: impl FnOnce(Body, &Block) -> TokenStream) {
    let is_async = function.sig.asyncness.is_some();
    let (block, body) = match function.block.stmts.last_mut().and_then(answered) {
        Some(within) if !is_async => (&mut within.block, Body::Within),
        _ if is_async => (&mut *function.block, Body::Async),
        _ => (&mut *function.block, Body::Here),
    };
    let statements = make(body, block);
    block.stmts = vec![Stmt::Expr(Expr::Verbatim(statements), None)];
    // the body keeps its braces, which a body of one expression does not need
    function.attrs.push(parse_quote!(#[allow(unused_braces)]));
}

/// The async block of `async { … }` or `Box::pin(async { … })`.
fn answered(last: &mut Stmt) -> Option<&mut ExprAsync> {
    match last {
        Stmt::Expr(Expr::Async(block), None) => Some(block),
        Stmt::Expr(Expr::Call(call), None) if is_box_pin(&call.func) && call.args.len() == 1 => {
            match call.args.first_mut()? {
                Expr::Async(block) => Some(block),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_box_pin(called: &Expr) -> bool {
    let Expr::Path(called) = called else { return false };
    let mut names = called.path.segments.iter().rev().map(|segment| segment.ident.to_string());
    names.next().is_some_and(|name| name == "pin") && names.next().is_some_and(|name| name == "Box")
}

/// The function that the attribute is on.
fn function(attribute: &str, item: TokenStream) -> syn::Result<ItemFn> {
    let error = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(ItemFn { sig, .. }) if sig.constness.is_some() => {
            let text = format!("a `const fn` cannot be `#[{attribute}]`: a metric changes when the program runs");
            return Err(syn::Error::new(sig.constness.span(), text));
        }
        Ok(function) => return Ok(function),
        Err(error) => error,
    };
    if let Ok(TraitItemFn { sig, default: None, .. }) = syn::parse2(item.clone()) {
        let text = format!("there is no body here: put `#[{attribute}]` on the functions that implement this");
        return Err(syn::Error::new(sig.span(), text));
    }
    Err(match syn::parse2::<Item>(item) {
        Ok(other) => syn::Error::new(other.span(), format!("`#[{attribute}]` is for functions and methods")),
        Err(_) => error,
    })
}

/// `METRIC, key, key = value`. `take` reads what comes after a key, or answers which ones it knows.
fn arguments_of(
    attribute: &str,
    metric: &str,
    arguments: TokenStream,
    mut take: impl FnMut(&str, ParseStream<'_>) -> syn::Result<Result<(), &'static str>>,
) -> syn::Result<Expr> {
    if arguments.is_empty() {
        return Err(syn::Error::new(Span::call_site(), format!("which metric? `#[{attribute}({metric})]`")));
    }
    let parser = |input: ParseStream<'_>| {
        let metric = Expr::parse(input)?;
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key = <syn::Ident as syn::ext::IdentExt>::parse_any(input)?;
            if input.peek(Token![=]) {
                input.parse::<Token![=]>()?;
            }
            if let Err(known) = take(&key.to_string(), input)? {
                return Err(syn::Error::new(key.span(), format!("unknown key; known here: {known}")));
            }
        }
        Ok(metric)
    };
    syn::parse::Parser::parse2(parser, arguments)
}
