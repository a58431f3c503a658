import Testing

/// The cases of CPython's `test_selectors.py` in the words of this library, for all kinds of
/// selectors, and what this library has beyond it.
///
/// One after the other, for some of them count descriptors or send signals.
@Suite("Selectors", .serialized)
struct SelectorSuite {}
