using Amazon.CDK;
using Litestream.Infra;

try
{
    var app = new App();
    Fleet.Describe(app, Settings.Read(app, Directory.GetCurrentDirectory()));
    app.Synth();
    return 0;
}
catch (SettingsException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 1;
}
