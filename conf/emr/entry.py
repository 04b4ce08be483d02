"""What spark-submit runs on a cluster: `entry.py stream ...` is `verger stream ...`, and so is every command."""

from verger import main

if __name__ == "__main__":
    main()
