Console.WriteLine("VaeConsole");
