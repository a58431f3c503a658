import ArgumentParser

/// `landline manual`: for `make manual`, which keeps share/man/landline.1.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual",
    abstract: "Print the manual page, in the source of man(1).",
    shouldDisplay: false)

  func run() throws {
    Screen.shared.write(try ManualPage.text())
  }
}
