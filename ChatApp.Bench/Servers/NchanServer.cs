namespace ChatApp.Bench.Servers;

/// <summary>
/// The peer: nginx with nchan, as Debian's packages <c>nginx</c> and <c>libnginx-mod-nchan</c> bring them. One process, nothing
/// kept. <c>NCHAN_NGINX</c> and <c>NCHAN_MODULE</c> in the environment name others.
/// </summary>
internal static class NchanServer
{
    public const string Name = "nchan";

    private static readonly string Nginx = Environment.GetEnvironmentVariable("NCHAN_NGINX") ?? "/usr/sbin/nginx";
    private static readonly string Module = Environment.GetEnvironmentVariable("NCHAN_MODULE") ?? "/usr/lib/nginx/modules/ngx_nchan_module.so";

    /// <summary>Whether both are there.</summary>
    public static bool IsInstalled => File.Exists(Nginx) && File.Exists(Module);

    /// <summary>Starts it in a child process.</summary>
    public static async Task<ServerUnderTest> StartAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-bench-");
        try
        {
            return await ServerUnderTest.StartAsync(Name, new PlainDialect(), port => Launch(folder.FullName, port), cancellation, folder);
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    private static ChildProcess Launch(string folder, int port)
    {
        var configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(configuration, Configuration(folder, port));
        return ChildProcess.Start(Name, [Nginx, "-p", folder, "-e", "stderr", "-c", configuration], folder);
    }

    // One process, so that all its work is seen; messages go on by the channel in the path.
    private static string Configuration(string folder, int port) =>
        $$"""
        load_module {{Module}};
        daemon off;
        master_process off;
        pid {{folder}}/nginx.pid;
        error_log stderr warn;
        worker_rlimit_nofile 15000;
        events { worker_connections 12000; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          nchan_max_reserved_memory 512M;
          server {
            listen 127.0.0.1:{{port}} backlog=4096;
            location = {{PlainDialect.PublishPath}} {
              nchan_publisher websocket;
              nchan_channel_id general;
              nchan_store_messages off;
            }
            location ~ ^{{PlainDialect.ReceivePath}}(.+)$ {
              nchan_subscriber websocket;
              nchan_channel_id $1;
              nchan_channel_id_split_delimiter ",";
              nchan_subscriber_first_message newest;
            }
          }
        }
        """;
}
