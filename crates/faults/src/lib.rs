//! Failure modes, profiles, storms, unit clocks and fault traces
