//! The structs of Parquet's footers and of the headers of its pages: the kinds of the fields that the
//! crate `parquet` reads.

use std::ops::RangeInclusive;

/// The kind of a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Boolean,
    Byte,
    Integer,
    Double,
    Bytes,
    Integers,
    Struct(Shape),
    Structs(Shape),
}

/// The known fields of a struct, by their numbers. The struct may have others.
pub(super) type Shape = &'static [(RangeInclusive<i16>, Part)];

use Part::{Boolean, Byte, Bytes, Double, Integer, Integers, Struct, Structs};

/// The description of a file at its end.
pub(super) const FOOTER: Shape = &[
    (1..=1, Integer),
    (2..=2, Structs(COLUMN)),
    (3..=3, Integer),
    (4..=4, Structs(ROW_GROUP)),
    (5..=5, Structs(KEY_VALUE)),
    (6..=6, Bytes),
    (7..=7, Structs(ORDER)),
];

/// A column or a group of the schema.
pub(super) const COLUMN: Shape =
    &[(1..=3, Integer), (4..=4, Bytes), (5..=9, Integer), (10..=10, Struct(LOGICAL_TYPE))];

const EMPTY: Shape = &[];

/// One of several types, each a struct.
const LOGICAL_TYPE: Shape = &[
    (5..=5, Struct(DECIMAL)),
    (7..=8, Struct(TIME)),
    (10..=10, Struct(INTEGER)),
    (16..=16, Struct(VARIANT)),
    (17..=18, Struct(GEOGRAPHY)),
    (0..=i16::MAX, Struct(EMPTY)),
];

const DECIMAL: Shape = &[(1..=2, Integer)];
const TIME: Shape = &[(1..=1, Boolean), (2..=2, Struct(UNIT))];
const UNIT: Shape = &[(0..=i16::MAX, Struct(EMPTY))];
const INTEGER: Shape = &[(1..=1, Byte), (2..=2, Boolean)];
const VARIANT: Shape = &[(1..=1, Byte)];
const GEOGRAPHY: Shape = &[(1..=1, Bytes), (2..=2, Integer)];
const KEY_VALUE: Shape = &[(1..=2, Bytes)];
const ORDER: Shape = &[(0..=i16::MAX, Struct(EMPTY))];

const ROW_GROUP: Shape = &[
    (1..=1, Structs(CHUNK)),
    (2..=3, Integer),
    (4..=4, Structs(SORTING)),
    (5..=5, Integer),
    (7..=7, Integer),
];

const SORTING: Shape = &[(1..=1, Integer), (2..=3, Boolean)];

/// A column of a row group.
const CHUNK: Shape =
    &[(1..=1, Bytes), (2..=2, Integer), (3..=3, Struct(CHUNK_DATA)), (4..=7, Integer)];

const CHUNK_DATA: Shape = &[
    (1..=1, Integer),
    (2..=2, Integers),
    (4..=7, Integer),
    (9..=11, Integer),
    (12..=12, Struct(STATISTICS)),
    (13..=13, Structs(ENCODING_STATISTICS)),
    (14..=15, Integer),
    (16..=16, Struct(SIZE_STATISTICS)),
    (17..=17, Struct(GEOSPATIAL_STATISTICS)),
];

const STATISTICS: Shape =
    &[(1..=2, Bytes), (3..=4, Integer), (5..=6, Bytes), (7..=8, Boolean), (9..=9, Integer)];

const ENCODING_STATISTICS: Shape = &[(1..=3, Integer)];
const SIZE_STATISTICS: Shape = &[(1..=1, Integer), (2..=3, Integers)];
const GEOSPATIAL_STATISTICS: Shape = &[(1..=1, Struct(BOX)), (2..=2, Integers)];
const BOX: Shape = &[(1..=8, Double)];

/// The description of a page before its bytes.
pub(super) const PAGE: Shape = &[
    (1..=4, Integer),
    (5..=5, Struct(DATA_PAGE)),
    (6..=6, Struct(EMPTY)),
    (7..=7, Struct(DICTIONARY_PAGE)),
    (8..=8, Struct(DATA_PAGE_2)),
];

const DATA_PAGE: Shape = &[(1..=4, Integer), (5..=5, Struct(STATISTICS))];
const DICTIONARY_PAGE: Shape = &[(1..=2, Integer), (3..=3, Boolean)];
const DATA_PAGE_2: Shape = &[(1..=6, Integer), (7..=7, Boolean), (8..=8, Struct(STATISTICS))];
