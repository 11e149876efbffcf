from bailiwick.config.cli import main

raise SystemExit(main())
