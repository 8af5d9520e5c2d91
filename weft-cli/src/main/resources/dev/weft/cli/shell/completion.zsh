#compdef weft
# Completes words of weft in zsh: source <(weft completion zsh), or this file as _weft in a directory of $fpath
_weft() {
    local -a reply
    reply=("${(@f)$(${words[1]} completion --words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    case ${reply[1]} in
        words) compadd -- "${(@)reply[2,-1]}" ;;
        commands) _command_names -e; _files ;;
        *) _files ;;
    esac
}
compdef _weft weft
