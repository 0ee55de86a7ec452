//! The attributes that the index `by-partner` has beside its keys. DynamoDB never changes this list once the index exists, so it
//! has spare ones.

/// The attributes that items have: fact, entry, time of recording, names, totals, and whether a choice was made. Neither the
/// revision nor the sales of a month total are among them: whatever changes only these writes nothing to the index.
pub const USED: [&str; 7] = ["f", "e", "at", "nm", "cn", "tt", "ch"];

/// The attributes that no item has yet. Whoever needs another attribute in the index takes the first of these as its name, and
/// moves it to the ones above. DynamoDB takes 20 attributes an index, and 100 of all indexes of a table.
pub const SPARE: [&str; 13] = ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "pa", "pb", "pc", "pd"];
