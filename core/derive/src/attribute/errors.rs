use super::*;

/// `#[count_errors(COUNTER, panics, when = PREDICATE)]`
pub fn count_errors(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut function = function("count_errors", item)?;
    let (mut narthex, mut panics, mut when) = (None::<Path>, false, None::<Expr>);
    let counter = arguments_of("count_errors", "COUNTER", arguments, |key, input| {
        match key {
            "panics" => panics = true,
            "when" => when = Some(input.parse()?),
            "crate" => narthex = Some(input.parse()?),
            _ => return Ok(Err("panics, when = PREDICATE, crate = PATH")),
        }
        Ok(Ok(()))
    })?;
    let parts = Parts {
        narthex: paths::host(narthex),
        lent: lend(&counter),
        at: at(&counter),
        when: when.map_or_else(|| quote!(|_| true), Expr::into_token_stream),
        panics,
    };
    let answer = answer(&function);
    replace_body(&mut function, |body, block| match body {
        Body::Here => parts.here(&answer, block),
        Body::Async => parts.awaited(&answer, block),
        Body::Within => parts.awaited(&quote!(_), block),
    });
    Ok(function.into_token_stream())
}

struct Parts {
    narthex: TokenStream,
    lent: TokenStream,
    at: Span,
    when: TokenStream,
    panics: bool,
}

impl Parts {
    /// Not `move`: the counter may be a field of a `self` that the body changes.
    fn here(&self, answer: &TokenStream, body: &Block) -> TokenStream {
        let Self { narthex, .. } = self;
        let called = quote!(|| -> #answer #body);
        let called = match self.panics {
            true => quote_spanned!(self.at=> || #narthex::CountErrors::count_panics(metric, #called)),
            false => called,
        };
        self.counted(answer, called)
    }

    /// The type comes first in the block, as nothing else says it to `?`. It is `move` so that the future is `Send`
    /// when the arguments are, though references to them be not.
    fn awaited(&self, answer: &TokenStream, body: &Block) -> TokenStream {
        let Self { narthex, at, .. } = self;
        let future = match answer.to_string().as_str() {
            "_" => quote!(async move #body),
            _ => quote_spanned!(Span::mixed_site()=> async move {
                if let ::core::option::Option::Some(answer) = ::core::option::Option::None::<#answer> {
                    return answer;
                }
                #body
            }),
        };
        let future = match self.panics {
            true => quote_spanned!(*at=> #narthex::FutureMetrics::count_panics(#future, metric)),
            false => future,
        };
        let (lent, counted) = (&self.lent, self.count(answer, quote_spanned!(*at=> || answer)));
        let awaited = quote_spanned!(Span::mixed_site().located_at(*at)=> let answer = #future.await;);
        quote!(#lent #awaited #counted)
    }

    fn counted(&self, answer: &TokenStream, called: TokenStream) -> TokenStream {
        let (lent, counted) = (&self.lent, self.count(answer, called));
        quote!(#lent #counted)
    }

    fn count(&self, answer: &TokenStream, called: TokenStream) -> TokenStream {
        let Self { narthex, at, when, .. } = self;
        let count = paths::at(answer.span(), quote!(#narthex::attribute::count_errors));
        let arguments = quote_spanned!(*at=> metric, #when, #called);
        quote_spanned!(answer.span()=> #count::<#answer>(#arguments))
    }
}

/// The type that the function answers, as it can be written inside of it.
fn answer(function: &ItemFn) -> TokenStream {
    match &function.sig.output {
        ReturnType::Default => quote_spanned!(function.sig.ident.span()=> ()),
        ReturnType::Type(_, answer) => {
            let mut answer = answer.clone();
            Unnamed.visit_type_mut(&mut answer);
            answer.into_token_stream()
        }
    }
}

/// `impl Trait` is written `_`.
struct Unnamed;

impl VisitMut for Unnamed {
    fn visit_type_mut(&mut self, answer: &mut Type) {
        match answer {
            Type::ImplTrait(_) => *answer = parse_quote!(_),
            other => visit_mut::visit_type_mut(self, other),
        }
    }
}
