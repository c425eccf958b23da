# One-liners over dotnet; nothing here that cannot be typed by hand.
.PHONY: run test format agent soak bench bench-quick coverage

run:
	dotnet run --project agent/Litestream.Agent -- demo

test:
	dotnet test

format:
	dotnet format

# The published program: out/litestream.
agent:
	sh packaging/publish.sh agent

# 200 tenants, 8 writers, 60 s, 5 kills; every SOAK_… variable can be set (tests/Litestream.EndToEnd/Soak/SoakOptions.cs).
soak:
	SOAK_SIZE=full dotnet test tests/Litestream.EndToEnd --filter FullyQualifiedName~Soak --logger "console;verbosity=detailed"

bench:
	dotnet run -c Release --project tests/Litestream.Benchmarks

bench-quick:
	dotnet run -c Release --project tests/Litestream.Benchmarks -- -quick

coverage:
	dotnet test --collect "XPlat Code Coverage" --results-directory coverage
