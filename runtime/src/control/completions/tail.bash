
# Graphs without a verb, nodes of a graph and names of modules, which the definition of the commands does not know.
_rogue_runtime_here() {
    local program="$1" cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" word verb="" graph=""
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "${word}" in
            run|check|graph|inspect|list|show|top|get|set|swap|rollback|log|stop|schema|completions|man) verb="${verb:-${word}}" ;;
            *.yaml|*.yml) graph="${word}" ;;
        esac
    done
    if [[ -z ${verb} && -n ${graph} ]]; then
        verb=run
        COMP_WORDS=("${COMP_WORDS[0]}" run "${COMP_WORDS[@]:1}")
        COMP_CWORD=$((COMP_CWORD + 1))
    fi
    COMPREPLY=()
    case "${prev}" in
        --until)
            [[ -n ${graph} ]] || return 0
            COMPREPLY=($(compgen -W "$("${program}" graph "${graph}" 2>/dev/null \
                | sed -n 's/^  \([A-Za-z_][A-Za-z0-9_-]*\).*/\1/p' | sort -u)" -- "${cur}"))
            return 0
            ;;
        --plugin-path|--dir)
            compopt -o filenames 2>/dev/null
            COMPREPLY=($(compgen -d -- "${cur}"))
            return 0
            ;;
        --color|--format) ;;
        *)
            if [[ ${cur} != -* ]]; then
                case "${verb}" in
                    run|check|graph) return 0 ;;
                    inspect)
                        COMPREPLY=($(compgen -W "$("${program}" list 2>/dev/null | sed '1d; s/ .*//' | sort -u)" -- "${cur}"))
                        return 0
                        ;;
                esac
            fi
            ;;
    esac
    _rogue__runtime "$1" "${cur}" "${prev}"
}

complete -F _rogue_runtime_here -o bashdefault -o default rogue-runtime
