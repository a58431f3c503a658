/// The sections of the manual that belong to no single command.
enum ManualSections {
  struct Section {
    var title: String
    var text: String
  }

  static let all = [
    Section(
      title: "EXIT STATUS",
      text: """
          0    done
          1    some failed; each is named
          2    the command line is wrong
          3    cannot connect
          4    the server is not the one that was joined; nothing was sent
          5    not allowed
          130  interrupted by Ctrl-C (143 by SIGTERM); what arrived is kept for the next try
          141  nobody reads standard output any more
        """),
    Section(
      title: "ENVIRONMENT",
      text: """
          LANDLINE_SERVER   landline://HOST:PORT/#FINGERPRINT: the server of a script, with
          LANDLINE_TOKEN    its access token
          LANDLINE_CA_FILE  further certificate authorities to trust, PEM
          XDG_CONFIG_HOME   where the joined servers are kept (default: ~/.config)
          NO_COLOR          not empty: no colours
        """),
    Section(
      title: "FILES",
      text: """
          ~/.config/landline/servers/NAME.json
              a joined server, with this device's key for it; for you alone
          .NAME.landline-part
              what has arrived of NAME; the next get of the same file continues it
        """),
  ]
}
