
# Graphs without a verb, nodes of a graph and names of modules, which the definition of the commands does not know.
functions -q __fish_rogue_runtime_first_word
or functions -c __fish_rogue_runtime_needs_command __fish_rogue_runtime_first_word

function __fish_rogue_runtime_needs_command
    set -l word (__fish_rogue_runtime_first_word)
    and return 0
    if string match -q -r '\.ya?ml$' -- "$word[1]"
        echo run
    else if set -q word[1]
        echo $word[1]
    end
    return 1
end

function __fish_rogue_runtime_nodes
    set -l graph (string match -r '.*\.ya?ml$' -- (commandline -opc))
    set -q graph[1]
    and rogue-runtime graph $graph[1] 2>/dev/null | string match -r -g '^  ([A-Za-z_][A-Za-z0-9_-]*)' | sort -u
end

function __fish_rogue_runtime_modules
    rogue-runtime list 2>/dev/null | sed '1d; s/ .*//' | sort -u
end

complete -c rogue-runtime -n __fish_rogue_runtime_needs_command -k -a '(__fish_complete_suffix .yaml)'
complete -c rogue-runtime -n "__fish_rogue_runtime_using_subcommand run" -l until -x -a '(__fish_rogue_runtime_nodes)'
complete -c rogue-runtime -n "__fish_rogue_runtime_using_subcommand inspect" -a '(__fish_rogue_runtime_modules)'
complete -c rogue-runtime -l color -x -a 'auto always never'
