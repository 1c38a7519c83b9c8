export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

// Each asks the program itself, by the name that was typed. What the program prints is never evaluated: it goes into
// arrays, line by line.

const bash = String.raw`# bash completion of offstage
_offstage() {
  local program="\${COMP_WORDS[0]/#\~/$HOME}" kind='' row
  COMPREPLY=()
  while IFS= read -r row; do
    if [[ -z $kind ]]; then kind=$row; else COMPREPLY+=("$row"); fi
  done < <("$program" __complete bash "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  case $kind in
    files) compopt -o default 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
    programs)
      while IFS= read -r row; do COMPREPLY+=("$row"); done < <(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}")
      ;;
  esac
}
complete -F _offstage offstage
`

const zsh = String.raw`#compdef offstage
# zsh completion of offstage
_offstage() {
  local -a rows typed
  # Without quotes, and up to the cursor.
  typed=("\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")
  rows=("\${(@f)$("\${(Q)words[1]/#\~/$HOME}" __complete zsh "\${typed[@]}" 2>/dev/null </dev/null)}")
  local kind=$rows[1]
  shift rows
  case $kind in
    words) (( $#rows )) && _describe -V -t offstage 'offstage' rows ;;
    files) _files ;;
    folders) _files -/ ;;
    programs) _command_names -e ;;
  esac
}
# Read with "source", or from a folder of fpath, where it is the function itself.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _offstage "$@"; else compdef _offstage offstage; fi
`

const fish = String.raw`# fish completion of offstage
function __offstage_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l rows (command $typed[1] __complete fish $typed[2..] (string unescape -- $current; or echo -- $current) 2>/dev/null </dev/null)
    switch "$rows[1]"
        case words
            printf '%s\n' $rows[2..]
        case files
            __fish_complete_path $current
        case folders
            __fish_complete_directories $current
        case programs
            complete -C $current
    end
end
complete -c offstage -f -a '(__offstage_complete)'
`

const texts: Readonly<Record<Shell, string>> = { bash, zsh, fish }

/** The script that teaches a shell to complete command lines of this program. */
export function completionScript(shell: Shell): string {
  return texts[shell].replaceAll('\\$', '$')
}
