import BinaryPacking
import Testing

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The code of the error that a call ends with; an issue if there is none.
func refusal(
  _ body: () throws(PackingError) -> Void, sourceLocation: SourceLocation = #_sourceLocation
) -> PackingError.Code? {
  do throws(PackingError) {
    try body()
    Issue.record("no error", sourceLocation: sourceLocation)
    return nil
  } catch {
    return error.code
  }
}

/// The message of the error that a call ends with; an issue if there is none.
func complaint(
  _ body: () throws(PackingError) -> Void, sourceLocation: SourceLocation = #_sourceLocation
) -> String {
  do throws(PackingError) {
    try body()
    Issue.record("no error", sourceLocation: sourceLocation)
    return ""
  } catch {
    return error.message
  }
}
