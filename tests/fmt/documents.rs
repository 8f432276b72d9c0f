//! The document about the style shows what the formatter does.

use super::formatted;

#[test]
fn the_examples_are_formatted_as_they_are_shown() {
    let document = include_str!("../../docs/formatting.md");
    let blocks = document.split("```planout\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().expect("a block ends"));
    let blocks = Vec::from_iter(blocks);
    assert!(blocks.len() >= 10, "only {} blocks were found", blocks.len());
    for pair in blocks.chunks(2) {
        assert_eq!(formatted(pair[0]), pair[1]);
    }
}
