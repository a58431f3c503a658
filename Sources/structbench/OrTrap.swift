import BinaryPacking

/// The result; an error is a mistake of this program.
@inline(__always)
func orTrap<Result>(_ body: () throws(PackingError) -> Result) -> Result {
  do throws(PackingError) {
    return try body()
  } catch {
    fatalError(error.description)
  }
}
