using Litestream.Writer;
using Litestream.Writer.Verbs;

// The application of the tests: a process of its own that uses SQLite the way a tenant's program does.
NativeSqlite.Choose(Environment.GetEnvironmentVariable("LITESTREAM_WRITER_SQLITE"));
try
{
    return args switch
    {
        ["create", .. var rest] => CreateVerb.Run(new Arguments(rest)),
        ["populate", .. var rest] => PopulateVerb.Run(new Arguments(rest)),
        ["write", .. var rest] => WriteVerb.Run(new Arguments(rest)),
        ["talk", .. var rest] => TalkVerb.Run(new Arguments(rest)),
        ["hold", .. var rest] => HoldVerb.Run(new Arguments(rest), exclusive: false),
        ["exclusive", .. var rest] => HoldVerb.Run(new Arguments(rest), exclusive: true),
        ["watch", .. var rest] => WatchVerb.Run(new Arguments(rest)),
        ["dump", .. var rest] => DumpVerb.Run(new Arguments(rest)),
        ["check", .. var rest] => CheckVerb.Run(new Arguments(rest)),
        ["history", .. var rest] => HistoryVerb.Run(new Arguments(rest)),
        ["judge", .. var rest] => JudgeVerb.Run(new Arguments(rest)),
        ["version"] => VersionVerb.Run(),
        _ => Usage(),
    };
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

static int Usage()
{
    Console.Error.WriteLine("""
        writer create PATH… [-page-size N] [-auto-vacuum none|full|incremental] [-journal wal|delete] [-rows N] [-seed N]
        writer populate PATH -size-bytes N [-row-bytes N] [-seed N]
        writer write PATH… | -dir DIR | -list FILE [-shared FILE] [-rate TX/S] [-seconds N] [-transactions N] [-seed N] [-id N]
                     [-mix insert=60,update=20,…] [-session keep|request|mixed] [-synchronous full|normal|off] [-churn PROBABILITY -templates DIR] [-log FILE]
        writer talk PATH [-create]         one statement per line on stdin; answers rows, then "ok" or "error: …"
        writer hold PATH, exclusive PATH   keeps a read transaction or the whole file until stdin closes
        writer watch PATH -query SQL       asks again and again until SIGTERM; every answer must be "ok"
        writer dump PATH… [-digest]        everything a reader can see, in a fixed order
        writer check PATH…                 integrity_check, and that no transaction is there by halves
        writer history PATH… [-create] [-full] [-shared PATH,…] -id N -seed N -acks FILE -archive DIR -templates DIR
                                           numbered transactions in every manner, databases that come and go; for the crash tests
        writer judge ARCHIVE               answers on stdin's questions whether a database is what its history says
        writer version
        """);
    return 2;
}
