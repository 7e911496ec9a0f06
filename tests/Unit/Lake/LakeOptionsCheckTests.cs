using HospitalStreaming.Lake;
using HospitalStreaming.LakeSink;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Lake;

public sealed class LakeOptionsCheckTests
{
    [Fact]
    public void All_that_is_wrong_is_named_at_once()
    {
        Keys(new LakeOptions { Kind = "s3", Compression = "zstd", RequestTimeout = TimeSpan.Zero }).ShouldBe(["Lake:Kind", "Lake:Compression", "Lake:RequestTimeout"]);
        Keys(new LakeOptions { Kind = "gcs", Bucket = "gs://b", Folder = "/x" }).ShouldBe(["Lake:Bucket", "Lake:Folder"]);
        Keys(new LakeOptions { Bucket = "bbb" }).ShouldBe(["Lake:Folder", "Lake:Bucket"]);
        Keys(new LakeOptions { Folder = "/x" }).ShouldBeEmpty();
        Keys(new LakeOptions { Kind = "gcs", Bucket = "hospital_datalake" }).ShouldBeEmpty();
    }

    [Fact]
    public void The_sinks_settings_too()
    {
        var wrong = new LakeSinkOptions { Group = " ", MaxAge = TimeSpan.Zero, IdleAfter = TimeSpan.FromHours(2), MaxBytes = 90_000_000, MaxRows = 0 };
        wrong.Topics.Add("^(");
        wrong.Topics.Add("a b");
        new LakeSinkOptionsCheck(Options.Create(wrong)).Problems().Select(problem => problem.Key)
            .ShouldBe(["LakeSink:Topics", "LakeSink:Topics", "LakeSink:Group", "LakeSink:MaxAge", "LakeSink:IdleAfter", "LakeSink:MaxBytes", "LakeSink:MaxRows"]);
        new LakeSinkOptionsCheck(Options.Create(new LakeSinkOptions())).Problems().ShouldBeEmpty();
    }

    [Fact]
    public void Zstd_is_refused_plainly_with_any_warehouse()
    {
        foreach (var warehouse in new[] { "bigquery", "postgres" })
        {
            var problem = new LakeOptionsCheck(Options.Create(new LakeOptions { Folder = "/x", Compression = "zstd", WarehouseKind = warehouse })).Problems().ShouldHaveSingleItem();
            problem.Fix.ShouldContain("BigQuery cannot load zstd");
            problem.Fix.ShouldContain("no maintained library");
        }
    }

    private static IEnumerable<string> Keys(LakeOptions options) => new LakeOptionsCheck(Options.Create(options)).Problems().Select(problem => problem.Key);

    [Fact]
    public void Keys_that_contradict_each_other_or_the_warehouse_are_refused()
    {
        var options = new LakeOptions { Kind = "gcs", Bucket = "lake", KmsKey = "k", CustomerKeyFile = "/no/such/file", CredentialsFile = "/no/such/file", WarehouseKind = "bigquery" };

        string.Join('\n', new LakeOptionsCheck(Options.Create(options)).Problems().Select(problem => $"{problem.Key}: {problem.Fix}")).ShouldBe("""
            Lake:CredentialsFile: give the path of a file that this process can read
            Lake:CustomerKeyFile: give the path of a file that this process can read
            Lake:KmsKey: give the key's full name, projects/P/locations/L/keyRings/R/cryptoKeys/K
            Lake:CustomerKeyFile: remove it or Lake:KmsKey: an object has one key
            Lake:CustomerKeyFile: remove it: BigQuery cannot load objects under a customer-supplied key; use Lake:KmsKey
            """);
    }

    [Fact]
    public void A_managed_key_is_taken() => new LakeOptionsCheck(Options.Create(
        new LakeOptions { Kind = "gcs", Bucket = "lake", KmsKey = "projects/p/locations/l/keyRings/r/cryptoKeys/k", WarehouseKind = "bigquery" })).Problems().ShouldBeEmpty();
}
