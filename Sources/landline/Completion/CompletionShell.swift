/// A shell, how it asks for completions, and how it wants the answer.
///
/// The scripts are short: what can follow is found by the hidden `landline complete`, which they run at each Tab.
/// Its answer is a line for each candidate, `+` before one that a blank follows and `-` before one that goes on, and
/// `:files` or `:folders` where the shell is to complete local names.
enum CompletionShellKind: String, CaseIterable {
  case bash, zsh, fish

  var script: String {
    switch self {
    case .bash: Self.bashScript
    case .zsh: Self.zshScript
    case .fish: Self.fishScript
    }
  }

  private static let bashScript = #"""
    # Completions of landline for bash. Made by: landline completions bash
    _landline() {
      local line file
      COMPREPLY=()
      while IFS= read -r line; do
        case "$line" in
          :files)
            if [ "${#COMPREPLY[@]}" = 0 ]; then
              compopt -o default
            else
              # Servers' names are among the candidates, which must not be quoted as files are.
              compopt -o nospace
              while IFS= read -r file; do
                [ -d "$file" ] && file+=/
                printf -v file %q "$file"
                COMPREPLY+=("$file")
              done < <(compgen -f -- "$2")
            fi ;;
          :folders) compopt -o default -o dirnames ;;
          -*) COMPREPLY+=("${line#-}"); compopt -o nospace ;;
          +*) COMPREPLY+=("${line#+}") ;;
        esac
      done < <("$1" complete bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    }
    complete -F _landline landline
    """#

  private static let zshScript = #"""
    #compdef landline
    # Completions of landline for zsh. Made by: landline completions zsh
    _landline() {
      local line text
      local -a closed closedNotes open
      for line in "${(@f)$("${(Q)words[1]}" complete zsh "${(@Q)words[1,CURRENT-1]}" "$PREFIX" 2>/dev/null)}"; do
        text="${${line[2,-1]}%%$'\t'*}"
        case "$line" in
          :files) _files ;;
          :folders) _files -/ ;;
          -*) open+=("$text") ;;
          +*) closed+=("$text"); closedNotes+=("${${line[2,-1]}/$'\t'/  -- }") ;;
        esac
      done
      (( $#closed )) && compadd -l -d closedNotes -a closed
      (( $#open )) && compadd -S '' -a open
    }
    if [ "$funcstack[1]" = "_landline" ]; then
      _landline "$@"
    else
      compdef _landline landline
    fi
    """#

  private static let fishScript = #"""
    # Completions of landline for fish. Made by: landline completions fish
    function __landline_complete
        set -l words (commandline -opc)
        for line in ($words[1] complete fish $words (commandline -ct) 2>/dev/null)
            switch $line
                case ':files'
                    __fish_complete_path (commandline -ct)
                case ':folders'
                    __fish_complete_directories (commandline -ct) ''
                case '*'
                    string sub --start 2 -- $line
            end
        end
    end
    complete -c landline -f -a '(__landline_complete)'
    """#
}
