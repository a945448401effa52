//! Checks scenario files: prints what is wrong, or what the file says.
#![allow(clippy::print_stdout)]

fn main() {
    for path in std::env::args().skip(1) {
        match zonefall_scenario::load(path.as_ref()) {
            Err(wrong) => println!("{}", wrong.render(false)),
            Ok(fine) => {
                println!("{path}: {} designs, {}\n{}", fine.designs.len(), fine.hash, fine.warnings.render(false))
            }
        }
    }
}
