//! `#[derive(ClosedLabels)]`.

use crate::{attributes, case, paths, set};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DataStruct, DeriveInput, Error, Fields, LitStr};

pub fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new_spanned(parameter, "closed labels have no parameters: every value is known"));
    }
    match &input.data {
        Data::Enum(data) => of_enum(input, data),
        Data::Struct(data) => of_struct(input, data),
        Data::Union(_) => Err(Error::new(input.ident.span(), "closed labels are an enum, or a struct of such enums")),
    }
}

fn of_enum(input: &DeriveInput, data: &DataEnum) -> syn::Result<TokenStream> {
    let (mut label, mut path) = (None, None);
    attributes::each(&input.attrs, "label = \"name\" or crate = path", |meta| {
        Ok(attributes::text(meta, "label", &mut label)? || set::crate_path(meta, &mut path)?)
    })?;
    let narthex = paths::narthex(path);
    let name = &input.ident;
    let label = label.unwrap_or_else(|| LitStr::new(&case::snake(name), name.span()));
    let check = attributes::check_labels(&narthex, std::slice::from_ref(&label));

    let values = values(input, data)?;
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let (indices, len) = (0..variants.len(), variants.len());

    Ok(quote! {
        #check
        #[automatically_derived]
        impl #narthex::LabelEnum for #name {
            const VALUES: &'static [&'static str] = &[#(#values),*];

            #[inline]
            fn index(self) -> usize {
                match self { #(Self::#variants => #indices,)* }
            }
        }

        #[automatically_derived]
        impl #narthex::LabelValue for #name {
            type Scratch = ();

            fn text<'a>(&'a self, _: &'a mut ()) -> &'a str {
                match self { #(Self::#variants => #values,)* }
            }
        }

        #[automatically_derived]
        impl #narthex::ClosedLabels for #name {
            const NAMES: &'static [&'static str] = &[#label];
            type Cells<__C: #narthex::Zero> = [__C; #len];
            type Values = [&'static str; 1];

            #[inline]
            fn cell<__C: #narthex::Zero>(self, cells: &[__C; #len]) -> &__C {
                let [first, ..] = cells;
                cells.get(#narthex::LabelEnum::index(self)).unwrap_or(first)
            }

            fn values(index: usize) -> [&'static str; 1] {
                [<Self as #narthex::LabelEnum>::VALUES.get(index).copied().unwrap_or_default()]
            }
        }
    })
}

/// The text of each variant.
fn values(input: &DeriveInput, data: &DataEnum) -> syn::Result<Vec<LitStr>> {
    if data.variants.is_empty() {
        return Err(Error::new(input.ident.span(), "a label needs at least one value: give the enum a variant"));
    }
    let mut values: Vec<LitStr> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(&variant.fields, "a variant with data has no one text: leave the data out"));
        }
        let mut given = None;
        attributes::each(&variant.attrs, "value = \"text\"", |meta| attributes::text(meta, "value", &mut given))?;
        let value = given.unwrap_or_else(|| LitStr::new(&case::snake(&variant.ident), variant.ident.span()));
        if values.iter().any(|other| other.value() == value.value()) {
            let message = format!("two variants have the value {:?}: their series would be one", value.value());
            return Err(Error::new(value.span(), message));
        }
        values.push(value);
    }
    Ok(values)
}

fn of_struct(input: &DeriveInput, data: &DataStruct) -> syn::Result<TokenStream> {
    let fields = set::fields(input, &data.fields)?;
    let mut path = None;
    attributes::each(&input.attrs, "crate = path", |meta| set::crate_path(meta, &mut path))?;
    let narthex = paths::narthex(path);

    let labels = attributes::all(fields.iter().map(set::label))?;
    let checks = attributes::check_labels(&narthex, &labels);
    let name = &input.ident;
    let index_of_members = fields.iter().map(|field| {
        let member = &field.ident;
        let ty = &field.ty;
        quote_spanned!(ty.span() => <#ty as #narthex::LabelEnum>::index(self.#member))
    });
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let counts: Vec<_> = (0..types.len()).map(|index| format_ident!("__COUNT_{index}")).collect();
    let counted = types.iter().zip(&counts).map(
        |(ty, count)| quote_spanned!(ty.span() => const #count: usize = <#ty as #narthex::LabelEnum>::VALUES.len();),
    );
    let label_count = labels.len();
    // the last label changes fastest: place = (first × count of second + second) × …
    let strides = (0..counts.len()).map(|index| {
        let after = &counts[index + 1..];
        quote!((1 #(* #after)*))
    });

    Ok(quote! {
        #checks
        const _: () = {
            #(#counted)*
            const __ALL: usize = 1 #(* #counts)*;

            #[automatically_derived]
            impl #narthex::ClosedLabels for #name {
                const NAMES: &'static [&'static str] = &[#(#labels),*];
                type Cells<__C: #narthex::Zero> = [__C; __ALL];
                type Values = [&'static str; #label_count];

                #[inline]
                fn cell<__C: #narthex::Zero>(self, cells: &[__C; __ALL]) -> &__C {
                    let (index, [first, ..]) = (0_usize, cells);
                    #(let index = index.wrapping_mul(#counts).wrapping_add(#index_of_members);)*
                    cells.get(index).unwrap_or(first)
                }

                fn values(index: usize) -> [&'static str; #label_count] {
                    [#({
                        let at = index / #strides % #counts;
                        <#types as #narthex::LabelEnum>::VALUES.get(at).copied().unwrap_or_default()
                    }),*]
                }
            }
        };
    })
}
