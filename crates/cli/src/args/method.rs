//! `--method`: the words of the methods, and what `--help` says of each.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use zonefall_faults::Method;
use zonefall_study::plan;

/// One of the methods of runs.
pub fn of_runs() -> impl TypedValueParser<Value = Method> {
    let values = Method::ALL.map(|method| {
        PossibleValue::new(method.word()).help(match method {
            Method::Crude => "As the world would draw them",
            Method::Forcing => {
                "Half of them forced into overlapping outages, all weighed: for objectives that are rarely missed"
            }
            Method::Splitting => {
                "Split where they have lost much, all weighed: for misses that build up (crews, ageing machines, managed \
                 sets)"
            }
            Method::Conditioning => {
                "Only what strikes many is drawn; single machines and hosts are solved exactly given that, where nothing \
                 couples them"
            }
            Method::Biasing => {
                "From failure to failure, failures made frequent, all weighed: for independent outages and queues before \
                 crews, with nothing else to wait for"
            }
            Method::Auto => "Whichever promises more; says why",
        })
    });
    PossibleValuesParser::new(values).try_map(|word| word.parse::<Method>())
}

/// One of those of plans.
pub fn of_plans() -> impl TypedValueParser<Value = plan::Method> {
    let values = [
        (Method::Crude, "As the world would draw them"),
        (Method::Forcing, "Half of them forced into overlapping outages, all weighed"),
        (Method::Auto, "Plain trials, and forced ones for candidates that plain ones hardly ever see miss"),
    ];
    PossibleValuesParser::new(values.map(|(method, says)| PossibleValue::new(method.word()).help(says)))
        .try_map(|word| plan::Method::try_from(word.parse::<Method>()?))
}
