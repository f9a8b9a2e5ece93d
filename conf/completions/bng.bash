# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for bng(1)

_bng()
{
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
        local command='' word
        local limits='--max-result --max-memory --max-total --max-time --config --file --json --help --version'

        # readline takes --option=value apart at the =.
        if [[ $current == = ]]; then
                current=''
        elif [[ $previous == = ]]; then
                previous=${COMP_WORDS[COMP_CWORD-2]}
        fi
        COMPREPLY=()
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                if [[ $word != -* ]]; then
                        command=$word
                        break
                fi
        done

        case $previous in
        --config | --file)
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                return
                ;;
        --max-result)
                mapfile -t COMPREPLY < <(compgen -W '1M 16M 1G 4096bit infinity' -- "$current")
                return
                ;;
        --max-memory)
                mapfile -t COMPREPLY < <(compgen -W '64M 256M 1G auto infinity' -- "$current")
                return
                ;;
        --max-total)
                mapfile -t COMPREPLY < <(compgen -W '64M 256M 1G infinity' -- "$current")
                return
                ;;
        --max-time)
                mapfile -t COMPREPLY < <(compgen -W '500ms 10s 1min infinity' -- "$current")
                return
                ;;
        --since)
                mapfile -t COMPREPLY < <(compgen -W '10min 2h 1d today yesterday' -- "$current")
                return
                ;;
        --policy | -n)
                return
                ;;
        --runtime | --state)
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -d -- "$current")
                return
                ;;
        esac

        case $command in
        '')
                mapfile -t COMPREPLY < <(compgen -W 'eval predict calibrate status history explain check-config
                        reload --help --version' -- "$current")
                ;;
        eval | predict)
                [[ $current == -* ]] && mapfile -t COMPREPLY < <(compgen -W "$limits" -- "$current")
                ;;
        calibrate)
                mapfile -t COMPREPLY < <(compgen -W '--state --json --help --version' -- "$current")
                ;;
        history)
                mapfile -t COMPREPLY < <(compgen -W '--since -n --policy --json --runtime --state --user
                        --help --version' -- "$current")
                ;;
        explain)
                if [[ $current == -* ]]; then
                        mapfile -t COMPREPLY < <(compgen -W '--json --runtime --state --user --help --version' -- "$current")
                else
                        mapfile -t COMPREPLY < <(cd /proc && compgen -G '[0-9]*' | grep "^$current")
                fi
                ;;
        check-config)
                if [[ $current == -* ]]; then
                        mapfile -t COMPREPLY < <(compgen -W '--json --runtime --state --user --help --version' -- "$current")
                else
                        compopt -o filenames
                        mapfile -t COMPREPLY < <(compgen -f -- "$current")
                fi
                ;;
        status | reload)
                mapfile -t COMPREPLY < <(compgen -W '--json --runtime --state --user --help --version' -- "$current")
                ;;
        esac
} && complete -F _bng bng
