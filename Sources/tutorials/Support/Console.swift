// The C library's streams are variables to Swift; nobody assigns them.
@preconcurrency import Glibc

/// Asks the person at the terminal. (Python: `input()`.)
///
/// - Parameter prompt: Shown without a newline, and at once.
/// - Returns: A line without its newline; nil at the end of the input.
func input(_ prompt: String = "") -> String? {
  show(prompt)
  return readLine()
}

/// Prints without a newline, at once. (Python: `print(text, end="", flush=True)`.)
func show(_ text: String) {
  print(text, terminator: "")
  fflush(stdout)
}

/// Says to the person, not to the programs that read the output, what happened.
func warn(_ text: String) {
  fputs(text + "\n", stderr)
}

enum Console {
  /// Makes each line go out when it is printed, to a file and to a pipe, too.
  static func useLines() { setvbuf(stdout, nil, _IOLBF, 0) }
}
