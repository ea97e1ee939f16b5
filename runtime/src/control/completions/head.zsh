# Nodes of a graph and names of modules, which the definition of the commands does not know.
(( $+functions[_rogue-runtime_nodes] )) ||
_rogue-runtime_nodes() {
    local graph=${${(M)words:#*.(yaml|yml)}[1]}
    local -a nodes
    [[ -n $graph ]] || return 1
    nodes=(${(fu)"$(rogue-runtime graph $graph 2>/dev/null | sed -n 's/^  \([A-Za-z_][A-Za-z0-9_-]*\).*/\1/p')"})
    compadd -a nodes
}

(( $+functions[_rogue-runtime_modules] )) ||
_rogue-runtime_modules() {
    local -a modules
    modules=(${(fu)"$(rogue-runtime list 2>/dev/null | sed '1d; s/ .*//')"})
    compadd -a modules
    _files
}

