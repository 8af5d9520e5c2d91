# Completes words of weft in bash: source <(weft completion bash)
_weft() {
    local line=${COMP_LINE:0:COMP_POINT} words word kind reply=() each
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word=${words[${#words[@]} - 1]}
    while IFS= read -r each; do
        reply+=("$each")
    done < <("${COMP_WORDS[0]}" completion --words -- "${words[@]:1}" 2>/dev/null)
    kind=${reply[0]:-files}
    COMPREPLY=()
    case $kind in
        words)
            # Bash takes what is behind = or : for a word of its own.
            for each in "${reply[@]:1}"; do
                [[ $word == *=* ]] && each=${each#*=}
                COMPREPLY+=("$each")
            done
            ;;
        commands | files)
            word=${word##*=}
            compopt -o filenames 2>/dev/null
            [[ $kind == commands ]] && while IFS= read -r each; do COMPREPLY+=("$each"); done < <(compgen -c -- "$word")
            while IFS= read -r each; do COMPREPLY+=("$each"); done < <(compgen -f -- "$word")
            ;;
    esac
}
complete -F _weft weft
