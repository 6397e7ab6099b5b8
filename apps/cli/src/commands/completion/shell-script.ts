// The script that a shell loads: it asks the `kym` on the line what fits, so it never grows old.

import type { Shell } from "./candidate-lines.ts";

// A single match that is whole gets a space. Paths are quoted by bash itself, which also sees which of them are folders.
const BASH = `# Completion of kym for bash. Load it with: source <(kym completion bash)
_kym() {
  COMPREPLY=()
  local line
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <("\${1/#\\~\\//$HOME/}" completion bash -- "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} != */ ]]; then
    if [[ \${COMP_WORDS[COMP_CWORD]} != [\\"\\']* ]]; then
      printf -v line %q "\${COMPREPLY[0]}"
      [[ \${COMPREPLY[0]} == "~/"* ]] && printf -v line '~/%q' "\${COMPREPLY[0]:2}"
      COMPREPLY=("$line")
    fi
  else
    COMPREPLY=("\${COMPREPLY[@]%/}")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _kym kym
`;

const ZSH = `#compdef kym
# Completion of kym for zsh. Load it after compinit with: source <(kym completion zsh)
_kym() {
  local word shown
  local -a whole whole_shown open open_shown
  while IFS=$'\\t' read -r word shown; do
    if [[ $word == */ ]]; then
      open+=("$word") open_shown+=("$shown")
    else
      whole+=("$word") whole_shown+=("$shown")
    fi
  done < <("\${(Q)words[1]/#\\~\\//$HOME/}" completion zsh -- "\${(j: :)words[1,CURRENT]}" 2>/dev/null </dev/null)
  compadd -Q -l -d whole_shown -a whole
  compadd -Q -S '' -d open_shown -a open
}
if (( $+functions[compdef] )); then
  compdef _kym kym
fi
# From a folder in $fpath, this file is the function itself.
if [[ \${funcstack[1]} == _kym ]]; then
  _kym "$@"
fi
`;

const FISH = `# Completion of kym for fish. Load it with: kym completion fish | source
function __kym_complete
    set -l typed (commandline -opc)
    set -l kym (string replace -r '^~/' "$HOME/" -- $typed[1])
    $kym completion fish -- (commandline -cp | string collect) 2>/dev/null </dev/null
end
complete -c kym -f -k -a '(__kym_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

export function shellScript(shell: Shell): string {
  return SCRIPTS[shell];
}
