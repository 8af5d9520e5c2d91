# Completes words of weft in fish: weft completion fish | source
function __weft_candidates
    set -l line (commandline -opc)
    set -l word (commandline -ct)
    set -l reply ($line[1] completion --words -- $line[2..-1] "$word" 2>/dev/null)
    switch "$reply[1]"
        case words
            printf '%s\n' $reply[2..-1]
        case commands
            __fish_complete_command
            __fish_complete_path $word
        case '*'
            __fish_complete_path $word
    end
end
complete -c weft -f -a '(__weft_candidates)'
