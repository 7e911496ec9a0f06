using System.Net;
using System.Net.Sockets;
using HospitalStreaming.Hosting.State;
using HospitalStreaming.Tests.EndToEnd.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.EndToEnd;

/// <summary>What a user gets who configures it wrongly: everything at once, before anything starts.</summary>
public sealed class SettingsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly StateScope _state = new("settings");

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Every_wrong_setting_is_named_at_once_with_exit_code_2_and_nothing_starts()
    {
        var (code, output) = await RunAsync("up", "--state", _state.Path, "--set", "Producer:Rte=5", "--set", "Producer:Rate=fast", "--set", "Kafka:Partitions=0",
            "--set", "Dashboard:Address=0.0.0.0", "--set", "Kafak:X=1");
        code.ShouldBe(2, output);
        output.ShouldSatisfyAllConditions(
            () => output.ShouldContain("Producer:Rte: no such setting; did you mean Producer:Rate?"),
            () => output.ShouldContain("Producer:Rate: 'fast' is not a number"),
            () => output.ShouldContain("Kafka:Partitions: use 1 to 1000"),
            () => output.ShouldContain("Dashboard:"),
            () => output.ShouldContain("Kafak: no such section; did you mean Kafka?"));
        Directory.Exists(_state.Path).ShouldBeFalse("nothing was started");
    }

    [Fact]
    public async Task An_unknown_option_or_command_is_exit_code_2() =>
        (await RunAsync("up", "--sate", "x")).Code.ShouldBe(2);

    [Theory]
    [InlineData("nowhere/report.json", "its folder does not exist")]
    [InlineData("folder/", "give a file, not a folder")]
    public async Task A_report_that_cannot_be_written_is_said_before_anything_is_read(string path, string why)
    {
        var (code, output) = await RunAsync("verify", "--report", Path.Combine(_state.Path, path));
        code.ShouldBe(2, output);
        output.ShouldContain(why);
    }

    [Fact]
    public async Task A_state_folder_in_use_is_a_plain_message()
    {
        using var held = StateFolder.Open(_state.Path);
        var (code, output) = await RunAsync("up", "--state", _state.Path);
        code.ShouldBe(3, output);
        output.ShouldContain("in use by another `hospital up`");
    }

    [Fact]
    public async Task A_state_folder_of_a_newer_version_is_a_plain_message()
    {
        StateFolder.Open(_state.Path).Dispose();
        await File.WriteAllTextAsync(Path.Combine(_state.Path, "version"), "77", TestContext.Current.CancellationToken);
        var (code, output) = await RunAsync("up", "--state", _state.Path);
        code.ShouldBe(3, output);
        output.ShouldContain("newer product");
    }

    [Theory]
    [InlineData("Line:BrokerPort")]
    [InlineData("Line:PostgresPort")]
    [InlineData("Dashboard:Port")]
    public async Task A_port_that_is_taken_is_named_with_the_setting(string key)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (code, output) = await RunAsync("up", "--state", _state.Path, "--set", $"{key}={port}");
        code.ShouldBe(3, output);
        output.ShouldContain(port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        output.ShouldContain(key);
        output.ShouldContain($"(process {Environment.ProcessId})", customMessage: "its holder is this very process");
    }

    [Fact]
    public async Task A_command_without_a_line_says_how_to_get_one()
    {
        var (code, output) = await RunAsync("status", "--state", _state.Path);
        code.ShouldBe(3, output);
        output.ShouldContain("hospital up");
    }

    private static Task<(int Code, string Output)> RunAsync(params string[] arguments) =>
        HospitalProcess.RunAsync(arguments, Limit, TestContext.Current.CancellationToken);
}
