# One-liners over dotnet; nothing here that cannot be typed by hand.
.PHONY: run test format agent cloud packages crash soak chaos bench bench-quick bench-full coverage synth diff deploy

run:
	dotnet run --project agent/Litestream.Agent -- demo

test:
	dotnet test

format:
	dotnet format

# The published program: out/litestream.
agent:
	sh packaging/publish.sh agent

# The fleet's API, as a Lambda function or on a port: out/cloud/bootstrap.
cloud:
	sh packaging/publish.sh cloud

# The library as NuGet packages: out/packages.
packages:
	dotnet pack agent/Litestream.Core -c Release -o out/packages
	dotnet pack agent/Litestream.Hosting -c Release -o out/packages

# Agents and applications killed CRASH_KILLS times, at random and at every named step, seeded by CRASH_SEED; the last line is the totals.
crash:
	@mkdir -p out && rm -f out/crash-totals; \
	CRASH_KILLS=$${CRASH_KILLS:-50} CRASH_TOTALS=$(CURDIR)/out/crash-totals dotnet test tests/Litestream.EndToEnd --filter FullyQualifiedName~CrashTests; \
	verdict=$$?; cat out/crash-totals || verdict=1; exit $$verdict

# Everything goes wrong that can, for CHAOS_SECONDS, in an order drawn from CHAOS_SEED; the last line is the totals. LITESTREAM_TEST_S3=ceph: on a real object store.
chaos:
	@mkdir -p out && rm -f out/chaos-totals; \
	CHAOS_SECONDS=$${CHAOS_SECONDS:-300} CHAOS_SEED=$${CHAOS_SEED:-$$(date +%s)} CHAOS_TOTALS=$(CURDIR)/out/chaos-totals dotnet test tests/Litestream.EndToEnd --filter FullyQualifiedName~ChaosTests; \
	verdict=$$?; cat out/chaos-totals || verdict=1; exit $$verdict

# 200 tenants, 8 writers, 60 s, 5 kills; every SOAK_… variable can be set (tests/Litestream.EndToEnd/Soak/SoakOptions.cs).
soak:
	SOAK_SIZE=full dotnet test tests/Litestream.EndToEnd --filter FullyQualifiedName~Soak --logger "console;verbosity=detailed"

# The published programs beside their goals and yardsticks of the same run: 25 minutes; kept in docs/bench.md.
bench:
	dotnet run -c Release --project tests/Litestream.Benchmarks

# The most of it in under five minutes; not kept.
bench-quick:
	dotnet run -c Release --project tests/Litestream.Benchmarks -- -quick

# A hundred thousand idle tenants: ten minutes, 4 GB of disk; printed, not kept.
bench-full:
	dotnet run -c Release --project tests/Litestream.Benchmarks -- -quick -only idle -tenants 100000

# Lines of each room of the engine that its tests run; fails unless Sqlite, Ltx and Replication are above 90 %.
coverage:
	rm -rf coverage
	dotnet test tests/Litestream.Core.Tests --collect "XPlat Code Coverage" --results-directory coverage
	sh tests/coverage.sh coverage 90

# The fleet's CloudFormation templates: infra/cdk.out. Needs no account. CDK takes more: make synth CDK="-c stage=prod"
synth: out/cloud/bootstrap cloud/dashboard/dist/index.html infra/node_modules
	cd infra && npx cdk synth --quiet $(CDK)

# What a deployment would change.
diff: out/cloud/bootstrap cloud/dashboard/dist/index.html infra/node_modules
	cd infra && npx cdk diff $(CDK)

# Builds program and dashboard, then deploys both stacks.
deploy: cloud infra/node_modules
	cd cloud/dashboard && npm ci && npm run build
	cd infra && npx cdk deploy --all $(CDK)

out/cloud/bootstrap:
	sh packaging/publish.sh cloud

cloud/dashboard/dist/index.html:
	cd cloud/dashboard && npm ci && npm run build

infra/node_modules: infra/package-lock.json
	cd infra && npm ci && touch node_modules
